"""notify: everything that leaves to, or comes back from, a person outside.

Messages and reminders as rows with due times, calendar entries and feeds, texts, mail, tasks to phone someone, replies,
consent, personal links, and webhooks to county systems. It decides *how* a person is reached, never *what* a meeting is:
UID, SEQUENCE and the meaning of an answer belong to meetings.
"""
