"""The outside world in a box: mailboxes, phones, a clock to move, and an OpenID provider with sample staff.

The services reach it by the protocols of production (SMTP, the SMS provider's HTTP API, OpenID Connect) and know nothing of it.
"""
