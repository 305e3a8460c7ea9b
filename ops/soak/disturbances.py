"""What goes on while visitors come: edits, reloads, and parts that end."""

import http.client
import os
import signal
import time

from harness import eventually
from meters import is_running, memory_mib

RELOAD_EVERY = 20
LOOK_EVERY = 10
# When the tracker is killed, as shares of the whole time. Its memory is judged between its second death and third.
DEATHS = (0.06, 0.14, 0.95)
# When Postgres stops, how, and seconds that it is away. The first time is the longer one, and while the tracker warms
# up: what waits for the database then is memory that it keeps.
STOPS = ((0.22, "immediate", (8, 10)), (0.6, "fast", (3, 5)))
# After Postgres was away an edit may be refused for so long.
PATIENCE = 30


class Disturbances:
    def __init__(self, stack, tenant, campaign, load, growth, chance):
        self.stack, self.tenant, self.campaign, self.load = stack, tenant, campaign, load
        self.growth, self.chance = growth, chance
        self.keeper = stack.admin
        self.edits = self.reloads = self.refused = self.kills = self.stops = 0
        self.longest_start = 0.0
        self.away_until = 0.0
        self.late = []

    def run(self, seconds):
        begin = time.monotonic()
        plan = sorted([*((share, self.kill_tracker, ()) for share in DEATHS),
                       *((share, self.stop_postgres, how) for share, *how in STOPS)], key=lambda event: event[0])
        reload_at, look_at = RELOAD_EVERY, 0
        while (elapsed := time.monotonic() - begin) < seconds:
            if plan and plan[0][0] * seconds <= elapsed:
                _, happen, how = plan.pop(0)
                happen(*how)
            self.edit(int(elapsed))
            if elapsed >= reload_at:
                self.reload()
                reload_at += RELOAD_EVERY
            if elapsed >= look_at:
                self.look(elapsed)
                look_at += LOOK_EVERY
            time.sleep(1 - (time.monotonic() - begin) % 1)

    def edit(self, second):
        """A price, or a flow's weight."""
        if second % 2:
            path, change = f"campaigns/{self.campaign.id}", {"cost": f"0.{second % 90 + 10}"}
        else:
            path, change = f"flows/{self.campaign.flow}", {"weight": 50 + second % 50}
        self.ask("edits", self.tenant.admin.patch, f"/admin/api/{path}", change)

    def reload(self):
        self.ask("reloads", self.keeper.post, "/admin/api/settings/geoip/reload")

    def ask(self, counter, send, *what):
        try:
            status = send(*what).status
        except (OSError, http.client.HTTPException) as error:
            status = type(error).__name__
        if status == 200:
            setattr(self, counter, getattr(self, counter) + 1)
            return
        self.refused += 1
        if time.monotonic() > self.away_until + PATIENCE:
            self.late.append(f"{counter} answered {status}")

    def kill_tracker(self):
        pid = self.stack.pid("tracker")
        os.kill(pid, signal.SIGKILL)
        with self.load.paused():
            eventually(lambda: not is_running(pid), what="the killed tracker being gone")
            begin = time.monotonic()
            self.stack.start_service("tracker")
        took = time.monotonic() - begin
        self.kills, self.longest_start = self.kills + 1, max(self.longest_start, took)
        self.growth.restarted(time.monotonic())
        print(f"  tracker killed with -9; ready again after {took:.1f} s", flush=True)

    def stop_postgres(self, mode, between):
        away = self.chance.uniform(*between)
        self.stack.stop_postgres(mode)
        time.sleep(away)
        self.stack.start_service("postgres")
        self.stops, self.away_until = self.stops + 1, time.monotonic()
        print(f"  Postgres stopped ({mode}) and was away for {away:.0f} s", flush=True)

    def look(self, elapsed):
        resident, _ = memory_mib(self.stack.pid("tracker"))
        self.growth.add(time.monotonic(), resident)
        print(f"  {elapsed:>5.0f} s: {resident:.0f} MiB; {self.edits} edits and {self.reloads} reloads done, "
              f"{self.refused} refused", flush=True)

    def faults(self):
        print(f"soak: {self.edits} edits, {self.reloads} reloads of GeoIP, {self.stops} stops of Postgres, "
              f"{self.kills} kills; longest start {self.longest_start:.1f} s", flush=True)
        return [f"{len(self.late)} refusals although nothing was away: {self.late[0]}"] if self.late else []
