"""The diary's REST door: who asks, what is answered; the verbs do the rest."""
