"""A module of Synapse that does harm once a file of that name lies beside it."""

import gc
import os
import time


class Sick:
    def __init__(self, config, api):
        self.folder = config["folder"]
        self.heap = []
        api.looping_background_call(self.look, 5000)

    def asked(self, name):
        return os.path.exists(os.path.join(self.folder, name))

    def look(self):
        if self.asked("block"):  # as a slow callback of a module does: nothing else runs meanwhile
            time.sleep(20)
        if self.asked("heap") and not self.heap:  # Synapse decides itself when it collects, by these
            self.heap = [[n] for n in range(12000000)]
            gc.set_threshold(50, 1, 1)
