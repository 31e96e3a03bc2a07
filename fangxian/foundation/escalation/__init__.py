"""Who is told of silence, when: ladders, digests, acknowledgement, substitutes."""
