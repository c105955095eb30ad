"""What a delivery is: states, outcomes, events, policies, the proof, and the seams to provider and clock.

There are more than a dozen modules, since each is one idea that stores, senders and stories ask for by its
name, and few know each other.
"""
