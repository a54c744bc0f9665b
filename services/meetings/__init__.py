"""When people meet, and who must be at the table.

Meetings owns mandates and their due dates, availability, rooms, facilitators and interpreters, finding a time, booking, each
person's calendar identity (UID and SEQUENCE), and the meaning of an answer. It decides who is told what; notify delivers it.
It stores no names: people are ids.
"""
