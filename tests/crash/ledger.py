"""What the server acknowledged, and whether it is there: the books of a crash program.

A thing is (kind, key), its state any value that compares, or None where there is no such thing. One writer at a time changes a thing. A
change may name several things that must change together. Its end is one of three:
- acknowledged: it must be there from now on;
- refused: it must not be there, or the audit log must tell afterwards that it is;
- unanswered, when the server died: it is there as a whole or not at all."""

import collections
import re
import threading

# What a killed process leaves beside what it worked on.
LEFTOVER = re.compile(r"\.facioctl-.*|tmp_objdir-.*|tmp_(obj|pack|idx)_.*|.*\.lock|.*\.key\.[0-9A-Za-z]+|.*\.(tmp|part|new)|"
                      r".*\.[0-9A-Za-z]{6}")
COLUMNS = ("acknowledged", "unanswered", "refused", "done, told later", "lost", "half", "refused, yet done", "left over")


class Fault:
    """Something that is not as it must be. `what` is one of COLUMNS, or a word of its own."""

    def __init__(self, what, kind, key, text):
        self.what, self.kind, self.key, self.text = what, kind, key, text

    def __str__(self):
        return f"{self.what}: {self.kind} {self.key}: {self.text}"


def short(value):
    text = repr(value)
    return text if len(text) < 160 else text[:157] + "..."


class Change:
    """One request that changes things. `alternatives`: what else may be there when it was not answered, beside `after` and nothing."""

    def __init__(self, after, alternatives=(), verb="", kind=None):
        self.after, self.alternatives, self.verb = after, list(alternatives), verb
        self.kind = kind or next(iter(after))[0]


class Ledger:
    def __init__(self):
        self.known = {}
        self.open = []  # changes that nobody has an answer for
        self.refused = []  # changes of which the server said that they are not done
        self.older = collections.defaultdict(list)  # values that a thing once had
        self.events = {}  # id of an acknowledged request -> what it was
        self.counts = collections.defaultdict(collections.Counter)
        self.lock = threading.RLock()

    def value(self, kind, key):
        return self.known.get((kind, key))

    def acknowledged(self, change, request_id=None):
        with self.lock:
            for thing, value in change.after.items():
                self.older[thing].append(self.known.get(thing))
                self.known[thing] = value
                self.refused = [one for one in self.refused if thing not in one.after]
            self.counts[change.kind]["acknowledged"] += 1
            if request_id:
                self.events[request_id] = change.verb

    def unanswered(self, change):
        with self.lock:
            self.open.append(change)
            self.counts[change.kind]["unanswered"] += 1

    def not_done(self, change):
        with self.lock:
            self.refused.append(change)
            self.counts[change.kind]["refused"] += 1

    def count(self, fault):
        if fault.what in COLUMNS:
            self.counts[fault.kind][fault.what] += 1

    # ---------------------------------------------------------------------------------------------- after a crash
    def compare(self, found, kinds=None, growing=(), told=lambda thing: False):
        """`found`: thing -> value, of all things of these kinds (default: of every kind); of the kinds that are `growing` there may be more
        than was acknowledged. told(thing): whether the audit log tells of a change that was refused and is there. Returns faults, and takes
        for known what was found."""
        with self.lock:
            concerns = (lambda thing: True) if kinds is None else (lambda thing: thing[0] in kinds)
            expected = dict(self.known)
            faults, explained = [], set()
            for change in self.open:
                if not all(concerns(thing) for thing in change.after):
                    continue
                choices = [{thing: expected.get(thing) for thing in change.after}, change.after, *change.alternatives]
                fits = next((one for one in choices if all(found.get(thing) == value for thing, value in one.items())), None)
                if fits is not None:
                    expected.update(fits)
                elif len(change.after) > 1:
                    faults.append(Fault("half", change.kind, ", ".join(str(key) for _, key in change.after),
                                        f"{change.verb}: before {short(choices[0])}, after {short(change.after)}, found "
                                        + short({thing: found.get(thing) for thing in change.after})))
                    explained.update(change.after)
            for change in self.refused:  # what a person said stays, also when the turn was refused
                for other in change.alternatives:
                    expected.update({thing: value for thing, value in other.items() if found.get(thing) == value})
            for thing in sorted((set(expected) | set(found)), key=str):
                if not concerns(thing) or thing in explained or expected.get(thing) == found.get(thing):
                    continue
                if thing[0] not in growing or expected.get(thing) is not None:
                    faults.append(self._judge(thing, expected.get(thing), found.get(thing)))
            self._take(found, concerns)
            for fault in [one for one in faults if one.what == "refused, yet done" and told((one.kind, one.key))]:
                faults.remove(fault)
                self.counts[fault.kind]["done, told later"] += 1
            for fault in faults:
                self.count(fault)
            return faults

    def _judge(self, thing, expected, found):
        kind, key = thing
        text = f"expected {short(expected)}, found {short(found)}"
        for change in self.refused:
            if change.after.get(thing, self) == found:
                return Fault("refused, yet done", kind, key, f"{change.verb}: {text}")
        if any(thing in change.after for change in self.open):
            verbs = ", ".join(change.verb for change in self.open if thing in change.after)
            return Fault("half" if found is not None and found not in self.older[thing] else "lost", kind, key, f"{verbs}: {text}")
        if expected is None:
            return Fault("left over", kind, key, text)
        return Fault("lost" if found is None or found in self.older[thing] else "half", kind, key, text)

    def _take(self, found, concerns):
        for thing in [one for one in self.known if concerns(one)]:
            self.known[thing] = found.get(thing)
        for thing, value in found.items():
            self.known[thing] = value
        self.open = [change for change in self.open if not all(concerns(thing) for thing in change.after)]
        self.refused = [change for change in self.refused if not all(concerns(thing) for thing in change.after)]


def alike(faults):
    """Lines for people: faults that differ in names and numbers only are told once, with how many they are."""
    groups = collections.defaultdict(list)
    for fault in faults:
        groups[re.sub(r"[0-9a-f]{6,}|\d+", "#", str(fault).split(": expected")[0])[:150]].append(str(fault))
    return [f"{len(texts)} × {texts[0][:600]}" for texts in sorted(groups.values(), key=len, reverse=True)]


def table(counts):
    """Rows of counts by kind, as Markdown."""
    lines = ["| Kind | " + " | ".join(COLUMNS) + " |", "| --- |" + " ---: |" * len(COLUMNS)]
    total = collections.Counter()
    for kind in sorted(counts):
        total.update(counts[kind])
        lines.append(f"| {kind} | " + " | ".join(f"{counts[kind][column]:,}" for column in COLUMNS) + " |")
    lines.append("| **all** | " + " | ".join(f"{total[column]:,}" for column in COLUMNS) + " |")
    return "\n".join(lines)
