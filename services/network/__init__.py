"""network: who stands around this family.

It owns people and the ways to reach them, families ("cases") and who may see them, the children and their placement facts,
the members of each safety network, and the rules that keep two people apart. It announces each change as a fact
(`shared/events/network.py`) and listens to notify for what people said about being reached.
"""
