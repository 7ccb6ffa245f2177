"""The ledger: one append-only log, one chain per person, one place per person for its head.

Pure, without any I/O; a browser's verifier is written after them:

- ``entry_types``  what an entry may say: permanent tags, members of P and Q
- ``entries``      commitments in two halves, chains, sealed rows
- ``openings``     what a company is given of an entry, to check it
- ``epochs``       the leaves of the log
- ``merkle``       the tree of the log: roots, inclusion, consistency (RFC 6962)
- ``inclusions``   many inclusion proofs whose shared nodes are sent once
- ``tiles``        how the tree is stored and read back (tlog-tiles)
- ``head_map``     the tree of all heads: a place per person
- ``checkpoint``   signed notes and checkpoints (C2SP)
- ``promises``     "this entry will be in the log by then"
- ``receipts``     a company's proof that an entry is in the log (tlog-proof)
- ``bundle``       what a person is handed to check their record
- ``kept``         what a person keeps from one check to the next
- ``members``      reading the members of JSON objects, each in its one form
- ``reasons``      why a record is refused, and how one wrong entry is told from another
- ``verdicts``     verified, or refused with a reason and a conviction
- ``permits``      whether each read matches a permission the person gave
- ``verifier``     the check itself, offline: ``log_check`` steps 1 to 4, ``chain_check`` 5 and 6
- ``convictions``  a receipt against a record, a promise against the log
- ``export_asked``, ``export_lines``  an officer's export: what was asked for, line by line
- ``export_check`` its check, offline: ``export_batches`` step 5, ``export_end`` steps 6 to 8
- ``export_tally``, ``export_verdicts``, ``ranges``  what is kept of lines, what a check comes to,
  how a run of leaves leads to the root

With a database or keys:

- ``log``          lock, append; ``composing`` computes what it writes (pure)
- ``new_chains``   new bearers get a slot and secrets
- ``reader``, ``prover``  chains read back, bundles and receipts made
- ``export_leaves``, ``export_rows``  the log read back page by page, for exports
- ``sequencer``    batches entries into the log and signs; ``log_store``, ``stored_map`` hold it
- ``lock_store``, ``lock_tables``  what a restore must never undo
- ``agreement``    whether main store and lock store tell one story
- ``startup``, ``health``  what is asked before the gate opens, and before every batch of reads
- ``steady_clock`` nothing is dated by a clock that jumped
"""
