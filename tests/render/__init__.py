"""Do the pinned charts turn our values into the right pods?"""
