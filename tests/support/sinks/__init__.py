"""The outside world as a script: a mail server, an SMS provider and a receiver of webhooks, each with control of every byte."""
