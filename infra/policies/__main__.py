"""Starts the policy pack; importing it never returns, so nothing else may."""

import pack

pack.start()
