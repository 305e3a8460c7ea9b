import Testing

@testable import UserAgents

@Suite struct KnownBotTests {
  @Test(arguments: [
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
    (
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0 Safari/537.36",
      "bingbot"
    ),
    ("AdsBot-Google (+http://www.google.com/adsbot.html)", "AdsBot-Google"),
    ("Mediapartners-Google", "Mediapartners-Google"),
    ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "YandexBot"),
    ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "Baiduspider"),
    ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "AhrefsBot"),
    ("Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", "SemrushBot"),
    ("Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)", "MJ12bot"),
    (
      "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
      "Bytespider"
    ),
    (
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "GPTBot"
    ),
    (
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot",
      "ChatGPT-User"
    ),
    (
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)",
      "ClaudeBot"
    ),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "facebookexternalhit"),
    ("meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)", "meta-externalagent"),
    ("Twitterbot/1.0", "Twitterbot"),
    ("LinkedInBot/1.0 (compatible; Mozilla/5.0; +http://www.linkedin.com)", "LinkedInBot"),
    ("TelegramBot (like TwitterBot)", "TelegramBot"), ("WhatsApp/2.23.20.0 A", "WhatsApp"),
    ("Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)", "Yahoo! Slurp"),
    ("curl/8.9.1", "curl"), ("Wget/1.21.4", "Wget"), ("python-requests/2.32.3", "python-requests"),
    ("Python-urllib/3.11", "Python-urllib"), ("Python/3.12 aiohttp/3.10.5", "Python"),
    ("python-httpx/0.27.0", "python-httpx"),
    ("Go-http-client/2.0", "Go-http-client"), ("okhttp/4.12.0", "okhttp"), ("Java/17.0.2", "Java"),
    ("Apache-HttpClient/4.5.14 (Java/17.0.2)", "Apache-HttpClient"), ("axios/1.7.7", "axios"),
    ("node-fetch/1.0", "node-fetch"),
    ("node", "Node.js"), ("GuzzleHttp/7", "GuzzleHttp"), ("libwww-perl/6.67", "libwww-perl"),
    ("PostmanRuntime/7.42.0", "PostmanRuntime"),
    ("Scrapy/2.11.2 (+https://scrapy.org)", "Scrapy"), ("Dart/3.5 (dart:io)", "Dart"),
    ("got (https://github.com/sindresorhus/got)", "got"),
    (
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36",
      "HeadlessChrome"
    ),
    (
      "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1",
      "PhantomJS"
    ),
    (
      "Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0 Mobile Safari/537.36 Chrome-Lighthouse",
      "Lighthouse"
    ),
    ("Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "UptimeRobot"),
    ("Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)", "Pingdom"), ("kube-probe/1.29", "kube-probe"),
    ("Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)", "Nmap"),
    ("sqlmap/1.8#stable (https://sqlmap.org)", "sqlmap"),
    ("Screaming Frog SEO Spider/20.4", "Screaming Frog"), ("my.very-own_crawler/0.1", "my.very-own_crawler"),
    ("Acme/1.0 (+https://acme.example/about)", "Acme"),
  ])
  func whatSaysThatItIsNoPersonIsNamed(_ agent: String, _ name: String) throws {
    #expect(try UAPCore.parser().parse(agent).bot == name)
    #expect(try UAPCore.parser().parse(agent).device == .bot)
  }

  @Test(arguments: [
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus Build/PPR1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 4.2.2; de-de; CUBOT C10+ Build/JDQ39) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Mobile Safari/534.30",
    "Mozilla/5.0 (Linux; Android 12; Cubot) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; Orange Botswana) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Mobile Safari/537.36",
    "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1; TeomaBar 2.01; .NET CLR 1.1.4322; Alexa Toolbar)",
    "Mozilla/4.0 (compatible; MSIE 5.0; Windows NT; DigExt; Yahoo-1.0)",
    "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.0; Bank of New Zealand)",
    "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 4.0; 3COM U.S. Robotics)",
    "SonyEricssonK750i/R1AA Browser/SEMC-Browser/4.2 Profile/MIDP-2.0 Configuration/CLDC-1.1 Java/1.4",
    "Dalvik/2.1.0 (Linux; U; Android 13; SM-G991B Build/TP1A.220624.014)",
    "Pinterest/3.2 CFNetwork/672.0.8 Darwin/14.0.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36", "",
  ])
  func peopleAreNoBots(_ agent: String) throws {
    #expect(try UAPCore.parser().parse(agent).bot == nil)
  }

  /// Over all of uap-core's agents: whoever uap-core takes for a spider is a bot, but for browsers with a toolbar; and
  /// who is a bot to us alone says so in a word that no browser has.
  @Test func thirtyThousandAgentsAreJudgedAsTheyShould() throws {
    let patterns = try UAPCore.patterns.get()
    let parser = UserAgentParser(patterns: patterns)
    let words = [
      "bot", "crawl", "spider", "http", "curl", "wget", "python", "java", "perl", "lwp", "php", "node", "libfetch",
      "axios",
      "reactornetty", "vert.x", "reqwest", "monit", "catchpoint", "newrelic", "site24x7", "headless", "phantom",
      "whatsapp/",
      "wordpress", "httrack", "teleport", "postman", "mediapartners", "pinterest/0.", "go-resty", "got/", "resty",
      "urllib",
    ]
    var spared = 0
    for agent in try UAPCore.agents.get() {
      let families = patterns.families(of: agent)
      let bot = parser.parse(agent).bot
      switch (families.device == "Spider", bot) {
      case (true, nil):
        spared += 1
        #expect(["IE", "Firefox"].contains(families.browser), "\(agent)")
      case (false, _?):
        let lowercased = agent.lowercased()
        #expect(words.contains { lowercased.contains($0) }, "\(agent)")
        #expect(!lowercased.contains("cubot"), "\(agent)")
      default: break
      }
    }
    #expect(spared < 30)
  }
}
