"""The requests of visitors: all alike for the plain figure, or a crowd of different people for the whole one."""

from agents import crowd
from wrk import request

BROWSERS = 2_500


def plain(campaign, host):
    """One bare request, by visitors of different addresses."""
    headers = {"Host": host, "X-Forwarded-For": "@ADDRESS@", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}
    return [request("GET", f"/c/{campaign.slug}", headers)]


def people(paths, hosts, count=BROWSERS):
    """Requests of `count` browsers with the sub ids of a source, in turn for each of the paths and hosts."""
    browsers = crowd(BROWSERS)
    return [hit(paths[number % len(paths)], hosts[number % len(hosts)], browsers[number % len(browsers)], number)
            for number in range(count)]


def strangers(campaign, host):
    """Requests of browsers whose exact user agent never came before."""
    hits = []
    for number, browser in enumerate(crowd(BROWSERS)):
        agent = f"{browser['User-Agent']} build/@VISITOR@"
        hits.append(hit(f"/c/{campaign.slug}", host, browser | {"User-Agent": agent}, number))
    return hits


def hit(path, host, browser, number):
    query = f"?sub1=zone-{number % 400}&sub2=creative-{number % 30}&sub3=push"
    return request("GET", path + query, {"Host": host, "X-Forwarded-For": "@ADDRESS@"} | browser)
