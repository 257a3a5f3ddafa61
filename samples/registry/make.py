#!/usr/bin/env python3
"""Makes the registry's sample feeds, in the three shapes: the same arguments always give the same bytes. Every incident in them is invented and says so in its title.

    make.py                          the committed samples, beside this file
    make.py --rows 100000 --out DIR  many rows of the twelve-column shape, for measuring
"""
import argparse, csv, datetime, os, random

STATES = ["RU", "CN", "IR", "KP", "US", "IL", "VN", "IN", "PK", "TR"]
NAMES = {"RU": ("Russian Federation", 365), "CN": ("China", 710), "IR": ("Iran (Islamic Republic of)", 630), "KP": ("Korea (Democratic People's Republic of)", 731), "US": ("United States", 2),
         "IL": ("Israel", 666), "VN": ("Vietnam", 816), "IN": ("India", 750), "PK": ("Pakistan", 770), "TR": ("Turkey", 640)}
VICTIMS = [("Germany", 255), ("France", 220), ("Japan", 740), ("Korea (Republic of)", 732), ("United Kingdom", 200), ("Ukraine", 369), ("Estonia", 366), ("Norway", 385), ("Brazil", 140), ("Canada", 20), ("Australia", 900), ("Poland", 290)]
BIRDS = ["Heron", "Plover", "Dunlin", "Avocet", "Curlew", "Godwit", "Knot", "Ruff", "Snipe", "Whimbrel"]
WAYS = ["Quiet", "Slow", "Pale", "Late", "Grey", "Low", "Still", "Far", "Cold", "Dim"]
PLACES = ["a port authority", "a ministry of transport", "a maker of turbines", "a newspaper", "a university hospital", "a party's campaign", "a bank", "a water works", "a seed laboratory", "a telephone company"]


def weight(rng, state, year):
    """More of some states than of others, and fewer of one kind after 2015, so that trends have something to show."""
    return {"CN": 9 if year <= 2015 else 4, "RU": 6, "IR": 4, "KP": 4}.get(state, 1)


def drawn(rng, n):
    year = rng.randint(2010, 2025)
    state = rng.choices(STATES, [weight(rng, s, year) for s in STATES])[0]
    day = datetime.date(year, 1, 1) + datetime.timedelta(days=rng.randrange(365))
    where = rng.randrange(len(PLACES))
    return state, day, f"Sample {n:03d}: {rng.choice(WAYS)} {rng.choice(BIRDS)} at {PLACES[where]}", where, rng.choice(VICTIMS)


def cfr(path, count, rng):
    with open(path, "w", newline="", encoding="utf-8") as out:
        w = csv.writer(out, lineterminator="\n")
        w.writerow("Title,Date,Affiliations,Description,Response,Victims,Sponsor,Type,Category,Sources_1,Sources_2,Sources_3".split(","))
        for n in range(1, count + 1):
            state, day, title, where, victim = drawn(rng, n)
            sponsor = NAMES[state][0]
            category = ["Government", "Government", "Private sector", "Civil society", "Private sector", "Civil society", "Private sector", "Government", "Private sector", "Private sector"][where]
            kind = rng.choice(["Espionage", "Espionage", "Data theft", "Denial of service", "Data destruction"])
            date = day.isoformat() if n % 3 else f"{day.month}/{day.day}/{day.year}"
            w.writerow([title, date, f"{title.split(': ')[1].split(' at ')[0]} group", f"An invented attack on {PLACES[where]}, made up to try the registry on.", "Denouncement https://news.example/r" + str(n) if n % 4 == 0 else "",
                        f"{PLACES[where]} in {victim[0]}", sponsor, kind, category, f"https://news.example/cfr/{n}", f"https://reports.example/{n}" if n % 2 else "", ""])


def eurepoc(folder, count, rng):
    first, receivers, attributions = [], [], []
    for n in range(1, count + 1):
        state, day, title, where, victim = drawn(rng, n)
        sector = ["Critical infrastructure", "State institutions / political system", "Corporate Targets", "Media", "Critical infrastructure", "State institutions / political system", "Critical infrastructure", "Critical infrastructure", "Science", "Critical infrastructure"][where]
        actor = title.split(": ")[1].split(" at ")[0]
        number = 500 + n
        said = day + datetime.timedelta(days=40)
        day_end = (day + datetime.timedelta(days=rng.randrange(60))).isoformat() if n % 4 else "Not available"
        first.append([number, title, "An invented attack, made up to try the registry on.", day.isoformat(), day_end, rng.choice(["Data theft", "Disruption", "Hijacking with Misuse", "Ransomware"]), f"['{victim[0]}']", f"['{sector}']",
                      actor, f"['{NAMES[state][0]}']".replace("'s", "\\'s"), "State", 1, said.isoformat(), "Technical report (e.g., by IT-companies, Citizen Lab, EFF)", "IT-security community attributes attacker",
                      "Not available", "Not available", "Yes" if n % 9 == 0 else "No", f"['https://news.example/eu/{n}']"])
        receivers.append([number, victim[0], "Region", f"invented {n}", sector, "none"])
        if n % 5 == 0:
            receivers.append([number, VICTIMS[n % len(VICTIMS)][0], "Region", f"invented {n} b", "Corporate Targets", "none"])
        attributions.append([f"{number}.0", f"{9000 + n}.0", said.isoformat(), "Technical report", "IT-security community attributes attacker", "An invented laboratory", "Lab", "Estonia", actor, NAMES[state][0], "State"])
        if n % 3 == 0:
            attributions.append([f"{number}.0", f"{9500 + n}.0", (said + datetime.timedelta(days=90)).isoformat(), "Statement", "Receiver attributes attacker", f"Government of {victim[0]}", "Not available", victim[0], actor, NAMES[state][0], "State"])
        if n % 8 == 0:
            other = STATES[(STATES.index(state) + 1) % 4]
            attributions.append([f"{number}.0", f"{9800 + n}.0", (said + datetime.timedelta(days=200)).isoformat(), "Statement", "Contested attribution", "A second invented laboratory", "Lab", "Norway", "nobody known", NAMES[other][0], "State"])

    def put(name, header, rows):
        with open(os.path.join(folder, name), "w", newline="", encoding="utf-8") as out:
            w = csv.writer(out, lineterminator="\n")
            w.writerow(header.split(","))
            w.writerows(rows)
    put("eurepoc-incidents.csv", "ID,name,description,start_date,end_date,incident_type,receiver_country,receiver_category,initiator_name,initiator_country,initiator_category,number_of_attributions,attribution_date,attribution_type,attribution_basis,attributing_actor,attributing_country,zero_days,sources_url", first)
    put("eurepoc-receivers.csv", "ID,receiver_country,receiver_region,receiver_name,receiver_category,receiver_category_subcode", receivers)
    put("eurepoc-attributions.csv", "incident_ID,attribution_ID,attribution_date,attribution_type,attribution_basis,attributing_actor,attribution_it_company,attributing_country,attributed_initiator,attributed_initiator_country,attributed_initiator_category", attributions)


def dcid(path, count, rng):
    with open(path, "w", newline="", encoding="utf-8") as out:
        w = csv.writer(out, lineterminator="\n")
        w.writerow("Cyberincidentnum,Dyadpair,StateA,StateB,Name,interactionstartdate,interactionenddate,method,targettype,initiator,cyber_objective,information_operation,objective_achievement,Concession ,3rdpartyinitiator,severity,damage type,Crit Inf,Supply Ch,Ransomware,Political Objective,Sources1".split(","))
        for n in range(1, count + 1):
            state, day, title, where, victim = drawn(rng, n)
            a, b = sorted([NAMES[state][1], victim[1]])
            start = (day - datetime.date(1899, 12, 30)).days
            w.writerow([n, f"{a}{b}", a, b, title, start, start + rng.randrange(90), rng.choice(["2", "3", "3", "4"]), rng.choice(["1", "2", "3"]), NAMES[state][1], rng.randint(1, 4), 0, 1, 0, 0, rng.randint(1, 6), 1,
                        1 if where in (0, 4, 6, 7, 9) else 0, 1 if n % 11 == 0 else 0, 1 if n % 13 == 0 else 0, "invented, to try the registry on", f"https://news.example/dcid/{n}"])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--rows", type=int)
    p.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)))
    a = p.parse_args()
    if a.rows:
        cfr(os.path.join(a.out, "rows.csv"), a.rows, random.Random(5))
        return
    cfr(os.path.join(a.out, "cfr.csv"), 90, random.Random(11))
    eurepoc(a.out, 80, random.Random(12))
    dcid(os.path.join(a.out, "dcid.csv"), 70, random.Random(13))


main()
