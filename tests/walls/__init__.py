"""The walls over all services at once: generated from what there is, so that nothing new stands outside them."""
