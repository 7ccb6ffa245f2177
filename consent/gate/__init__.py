"""The gate: the one door through which a value enters or leaves the store.

- ``reads``      companies read fields: the numbered steps, bulk first
- ``asks``       what is asked and what is answered
- ``people``     which person a company means
- ``batch``, ``facts``   decide each part in order, note what the batch leaves behind (pure)
- ``recall``     the same request id within a minute opens the same entry again
- ``opening``    unwrap, check commitments, open, mask
- ``late``       look again at a permission when the answer is late
- ``answers``    waves, rows and outcomes (pure)
- ``masks``      what a permission shows of a value (pure)
- ``writes``     values come in: from companies, from the person
- ``own_view``   the person looks at their own values; the whole of their profile without opening
  any
- ``soundness``  does what is sealed still open?
- ``names``      external ids and sign-in addresses: the index proposes, the opened text decides
- ``joining``    a second record of one person is re-sealed into the first

Nothing else imports profiles, sealed texts, look-up, envelopes or blind indexes.
"""
