"""The plugins that ship with Poolster: one folder for each capability, all of one shape."""
