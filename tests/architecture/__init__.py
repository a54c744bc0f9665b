"""Proofs about the tree itself: isolation, surface, migrations, queues, events."""
