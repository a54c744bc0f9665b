"""Pure words that every service uses: ids, errors, spans, wall time, sealed text, who may see a family."""
