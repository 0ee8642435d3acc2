"""The card of the bundled policy, for people: every figure in it was counted or measured. Knows words only."""


def _success(entry: dict) -> str:
    low, high = (100 * share for share in entry["interval"])
    speed = "normal speed" if entry["speed"] == "normal" else "first-minute speed (100 mm/s)"
    last = entry["first_seed"] + entry["trials"] - 1
    rate = 100 * entry["successes"] / entry["trials"]
    median = "" if entry["median_s"] is None else f", median {entry['median_s']:.1f} s"
    return (
        f"- {speed}: {entry['successes']} of {entry['trials']} starts ({rate:.1f} %, 95 % interval {low:.1f} to {high:.1f} %), "
        f"seeds {entry['first_seed']} to {last}, limit {entry['limit_s']} s{median}"
    )


def write_card(manifest: dict, facts: dict, successes: list[dict]) -> str:
    training = manifest["training"]
    counted = "\n".join(_success(entry) for entry in successes) or "- not counted yet"
    collect = manifest["metrics"]["collect_seconds"]
    return f"""# {manifest['name']}

Puts the orange cube on the blue target with the virtual SO-101. It sees two small pictures (top and wrist, {manifest['cameras'][0]['width']} x
{manifest['cameras'][0]['height']}) and the six joint positions, and is told nothing of where cube and target are.

## How often it succeeds
In the lab's own parts in virtual time (gate, loop, bus bytes, servo chain, MuJoCo, virtual cameras), starts it was never trained on:

{counted}

## How it was made
{training['episodes']} demonstrations ({training['frames']} observations at {manifest['fps']} per second) of the scripted expert through the ordinary
teleoperation path, most of them disturbed, recorded in {collect:.0f} s; {facts['steps']} steps of behaviour cloning with batch {facts['batch']} in
{facts['train_seconds']:.0f} s on one processor thread, seed {facts['seed']}. {facts['parameters']} parameters. Pictures went from the camera to the tensor
without the video codec.

## What it cannot do
{manifest['limits']}

Licence: {manifest['licence']}
"""
