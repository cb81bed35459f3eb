"""Writes schedules.tsv: the next times of cron expressions, found by brute force with Python's zoneinfo.

Columns: expression, zone, now (UTC seconds), then up to three next times (UTC seconds), each with its note.
Run: python3 schedules.py > schedules.tsv
Made with Python 3.11 and the system's tzdata; all dates lie in the past, so that no zone's rules are still open.
"""
import calendar
import datetime as dt
import random
import zoneinfo

RANGES = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
UTC = dt.timezone.utc


def members(text, low, high):
    found = set()
    for item in text.split(","):
        base, _, step = item.partition("/")
        if base == "*":
            first, last = low, 6 if high == 7 else high
        elif "-" in base:
            first, last = map(int, base.split("-"))
        else:
            first = int(base)
            last = high if step else first
        found.update(range(first, last + 1, int(step or 1)))
    if high == 7 and 7 in found:
        found = (found - {7}) | {0}
    return found


def day_matches(fields, sets, day):
    if day.month not in sets[3]:
        return False
    by_day, by_weekday = day.day in sets[2], day.isoweekday() % 7 in sets[4]
    return by_day or by_weekday if fields[2] != "*" and fields[4] != "*" else by_day and by_weekday


def local(utc, zone):
    return dt.datetime.fromtimestamp(utc, UTC).astimezone(zone).replace(tzinfo=None)


def instants(wall, zone):
    """All UTC seconds at which clocks show `wall`, by trying every offset in use around it."""
    base = calendar.timegm(wall.timetuple())
    offsets = {int((local(base + h * 3600, zone) - dt.datetime.fromtimestamp(base + h * 3600, UTC).replace(tzinfo=None))
                   .total_seconds()) for h in range(-36, 37)}
    return sorted(u for u in {base - o for o in offsets} if local(u, zone) == wall)


def after_gap(wall, zone):
    base = calendar.timegm(wall.timetuple())
    utc = base - 16 * 3600
    while local(utc, zone) < wall:
        utc += 60
    return utc


def day_exists(day, zone):
    base = calendar.timegm(day.timetuple())
    return any(local(base + m * 900, zone).date() == day for m in range(-64, 160))


def times(expression, zone, now, days=800):
    fields = expression.split()
    sets = [members(f, *r) for f, r in zip(fields, RANGES)]
    fixed = not any(c in fields[0] + fields[1] for c in "*/")
    found = {}
    start = local(now, zone).date() - dt.timedelta(days=1)
    for n in range(days):
        day = start + dt.timedelta(days=n)
        if len(found) > 3 and n > 3:
            break
        if not day_matches(fields, sets, day) or not day_exists(day, zone):
            continue
        for hour in sorted(sets[1]):
            for minute in sorted(sets[0]):
                wall = dt.datetime(day.year, day.month, day.day, hour, minute)
                shown = instants(wall, zone)
                if fixed:
                    utc, note = (shown[0], "overlap" if len(shown) > 1 else "-") if shown else (after_gap(wall, zone), "gap")
                    if utc > now and (utc not in found or note != "gap"):
                        found.setdefault(utc, note)
                else:
                    for utc in shown:
                        if utc > now:
                            found[utc] = "overlap" if len(shown) > 1 else "-"
    return sorted(found.items())[:3]


ALWAYS = ["30 2 * * *", "0 0 * * *", "15,45 2 * * *", "0 1,2,3 * * *", "30 0,1 * * *", "*/30 * * * *", "30 * * * *",
          "*/20 2 * * *", "0 */1 * * *"]


def main():
    draw = random.Random(20)
    places = [("Europe/Berlin", "2024-03-30"), ("Europe/Berlin", "2024-10-26"), ("America/New_York", "2023-03-11"),
              ("America/New_York", "2023-11-04"), ("Australia/Lord_Howe", "2022-10-01"), ("Australia/Lord_Howe", "2023-04-01"),
              ("UTC", "2024-02-27"), ("America/Sao_Paulo", "2017-10-14"), ("America/Sao_Paulo", "2018-02-17"),
              ("Pacific/Apia", "2011-12-28"), ("America/Havana", "2019-11-02"), ("Asia/Kathmandu", "2020-01-01"),
              ("America/Caracas", "2016-04-30")]
    minutes = ["0", "30", "15,45", "*/10", "*", "59", "5/20", "10-12"]
    hours = ["2", "1", "0", "3", "*", "0-3", "*/2", "23", "1,2,3", "12"]
    days = ["*", "*", "*", "1", "29", "31", "*/2", "13"]
    months = ["*", "*", "*", "2", "3,10", "4-11"]
    weekdays = ["*", "*", "*", "0", "7", "1-5", "*/2", "5/2"]
    for place, date in places:
        zone = zoneinfo.ZoneInfo(place)
        drawn = [" ".join(draw.choice(c) for c in (minutes, hours, days, months, weekdays)) for _ in range(12)]
        for expression in ALWAYS + drawn:
            now = calendar.timegm(dt.date.fromisoformat(date).timetuple()) + draw.randrange(86400)
            row = [expression, place, str(now)]
            for utc, note in times(expression, zone, now):
                row += [str(utc), note]
            print("\t".join(row))


main()
