"""What models say: the queue, claims, transcripts, prompts, answers, and what is made of them."""
