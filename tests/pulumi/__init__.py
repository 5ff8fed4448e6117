"""Does the real Pulumi engine bring the platform up, find nothing to change, switch it and take it down?"""
