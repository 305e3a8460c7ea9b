"""Browsers of people as a tracking link sees them: mostly phones, many versions, in-app browsers, few of a kind."""

import random

PHONES = """
SM-A155F SM-A346B SM-A546E SM-G781B SM-G991B SM-G998B SM-S911B SM-S918B SM-S928B SM-M146B M2101K6G 21081111RG
22101316G 23021RAA2Y 23053RN02A 2201117TG CPH2269 CPH2387 CPH2481 CPH2609 RMX3085 RMX3630 RMX3771 V2120 V2207
V2250 XT2239-7 ANE-LX1 ELE-L29 MAR-LX1A VOG-L29 LE2113 NE2213 KB2003 A063 AC2003 XQ-CT54
""".split() + [
    "Pixel 6a", "Pixel 7", "Pixel 7 Pro", "Pixel 8", "Pixel 9", "moto g52", "moto g84 5G", "Nokia G21", "Redmi Note 12"]
TABLETS = ["SM-T510", "SM-X205", "SM-X710", "Lenovo TB-X306F"]
LANGUAGES = ["en-US,en;q=0.9", "en-GB,en;q=0.8", "de-DE,de;q=0.9,en;q=0.7", "fr-FR,fr;q=0.9,en;q=0.6",
             "es-ES,es;q=0.9,en;q=0.5", "pt-BR,pt;q=0.9,en;q=0.6"]
REFERRERS = ["https://news.example.com/", "https://www.example.org/games/list?page=4", "https://video.example.net/w/8"]

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IOS_KIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


def crowd(count, seed=1):
    """The headers of `count` browsers: user agent, language, what else a browser sends. The same ones for a seed."""
    chance = random.Random(seed)
    kinds, weights = zip(*KINDS)
    return [headers(chance, *kind(chance)) for kind in chance.choices(kinds, weights, k=count)]


def headers(chance, agent, hints=None):
    found = {
        "User-Agent": agent,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
        "Accept-Language": chance.choice(LANGUAGES),
        "Accept-Encoding": "gzip, deflate, br",
        "Upgrade-Insecure-Requests": "1",
    }
    if chance.random() < 0.7:
        found["Referer"] = chance.choice(REFERRERS)
    return found | (hints or {}) | {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}


def chromium_hints(version, platform, brand="Google Chrome", mobile=True):
    return {
        "Sec-CH-UA": f'"Chromium";v="{version}", "{brand}";v="{version}", "Not)A;Brand";v="99"',
        "Sec-CH-UA-Mobile": "?1" if mobile else "?0",
        "Sec-CH-UA-Platform": f'"{platform}"',
    }


def chrome_android(chance):
    version = chance.randint(118, 142)
    agent = f"Mozilla/5.0 (Linux; Android 10; K) {KIT} Chrome/{version}.0.0.0 Mobile Safari/537.36"
    return agent, chromium_hints(version, "Android")


def app_android(chance):
    """The web view of an app names its device and its exact version."""
    version, android, phone = chance.randint(118, 142), chance.randint(9, 15), chance.choice(PHONES)
    app = chance.choice([
        f"[FB_IAB/FB4A;FBAV/{chance.randint(420, 520)}.0.0.{chance.randint(20, 60)}.{chance.randint(60, 120)};]",
        f"Instagram {chance.randint(300, 380)}.0.0.{chance.randint(20, 60)}.{chance.randint(80, 120)} Android",
        f"trill_{chance.randint(30, 40)}0{chance.randint(100, 999)} BytedanceWebview/d8a21c6",
    ])
    return (f"Mozilla/5.0 (Linux; Android {android}; {phone} Build/AP3A.{chance.randint(240, 250)}905.015; wv) {KIT} "
            f"Version/4.0 Chrome/{version}.0.{chance.randint(5000, 7500)}.{chance.randint(40, 220)} "
            f"Mobile Safari/537.36 {app}",)


def samsung(chance):
    version = chance.randint(21, 28)
    return (f"Mozilla/5.0 (Linux; Android {chance.randint(11, 15)}; SAMSUNG {chance.choice(PHONES[:10])}) {KIT} "
            f"SamsungBrowser/{version}.0 Chrome/{90 + version}.0.0.0 Mobile Safari/537.36",)


def tablet_android(chance):
    version = chance.randint(118, 142)
    return (f"Mozilla/5.0 (Linux; Android {chance.randint(10, 14)}; {chance.choice(TABLETS)}) {KIT} "
            f"Chrome/{version}.0.{chance.randint(5000, 7500)}.{chance.randint(40, 220)} Safari/537.36",)


def ios(chance):
    return f"{chance.choice([14, 15, 16, 17, 18])}_{chance.randint(0, 7)}_{chance.randint(0, 2)}"


def safari_iphone(chance):
    system = ios(chance)
    return (f"Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) {IOS_KIT} "
            f"Version/{system.replace('_', '.')} Mobile/15E148 Safari/604.1",)


def safari_ipad(chance):
    system = ios(chance)
    return (f"Mozilla/5.0 (iPad; CPU OS {system} like Mac OS X) {IOS_KIT} "
            f"Version/{system.replace('_', '.')} Mobile/15E148 Safari/604.1",)


def app_iphone(chance):
    system = ios(chance)
    device = f"iPhone{chance.randint(11, 17)},{chance.randint(1, 6)}"
    version = f"{chance.randint(420, 520)}.0.0.{chance.randint(20, 60)}.{chance.randint(60, 120)}"
    return (f"Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) {IOS_KIT} Mobile/15E148 "
            f"[FBAN/FBIOS;FBAV/{version};FBDV/{device};FBMD/iPhone;FBSN/iOS;FBSV/{system.replace('_', '.')}]",)


def chrome_windows(chance):
    version = chance.randint(118, 142)
    agent = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/{version}.0.0.0 Safari/537.36"
    return agent, chromium_hints(version, "Windows", mobile=False)


def edge_windows(chance):
    version = chance.randint(118, 142)
    agent = (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/{version}.0.0.0 Safari/537.36 "
             f"Edg/{version}.0.{chance.randint(2000, 3700)}.{chance.randint(40, 120)}")
    return agent, chromium_hints(version, "Windows", "Microsoft Edge", mobile=False)


def firefox(chance):
    system = chance.choice(["Windows NT 10.0; Win64; x64", "X11; Linux x86_64", "Macintosh; Intel Mac OS X 10.15"])
    version = f"{chance.randint(102, 145)}.0"
    return (f"Mozilla/5.0 ({system}; rv:{version}) Gecko/20100101 Firefox/{version}",)


def safari_mac(chance):
    return (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {IOS_KIT} "
            f"Version/{chance.randint(14, 18)}.{chance.randint(0, 6)} Safari/605.1.15",)


KINDS = [
    (chrome_android, 26), (app_android, 14), (samsung, 5), (tablet_android, 2), (safari_iphone, 16), (app_iphone, 9),
    (safari_ipad, 2), (chrome_windows, 15), (edge_windows, 4), (firefox, 3), (safari_mac, 4),
]
