"""What anybody may fetch, without a token and without a session. None of it knows a person.

- ``metadata``: who issues tokens and for what (RFC 8414, RFC 9728), and the keys that sign them
- ``checkpoints``: the newest signed checkpoint of the log (C2SP tlog-checkpoint)
- ``health``: is the process up, is it ready
- ``reference``: the API's own reference page and the meaning of each problem type
"""
