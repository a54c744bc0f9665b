"""What staff and members see in a browser.

portal owns no facts: every page is made of answers of network, meetings and notify, asked with the token of whoever looks. It
stores nothing but sign-ins (and what a signed-in person has typed and not yet sent), sealed, in Valkey, with an end.
"""
