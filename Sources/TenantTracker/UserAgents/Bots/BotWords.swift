/// Words that no person's browser says of itself, each with the name of what does. `^` asks for the agent's beginning;
/// all others may stand wherever a word begins.
///
/// Whatever calls itself some bot, crawler or spider needs no entry: ``KnownBot`` reads the name from the agent.
enum BotWords {
  static let all: [(word: String, name: String)] =
    [searchAndSocial, adVerification, automation, libraries, monitoring, scanners, siteTools].flatMap { words in
      words.map { (word: $0.key, name: $0.value) }
    }

  private static let searchAndSocial: KeyValuePairs<String, String> = [
    "adsbot-google": "AdsBot-Google", "apis-google": "APIs-Google", "duplexweb-google": "DuplexWeb-Google",
    "feedfetcher-google": "FeedFetcher-Google", "google favicon": "Google Favicon",
    "google-adwords": "Google-Adwords", "google-inspectiontool": "Google-InspectionTool",
    "google-pagerenderer": "Google-PageRenderer", "google-read-aloud": "Google-Read-Aloud",
    "google-safety": "Google-Safety", "google-site-verification": "Google-Site-Verification",
    "google web preview": "Google Web Preview", "googleother": "GoogleOther",
    "mediapartners-google": "Mediapartners-Google", "appengine-google": "AppEngine-Google",
    "bingpreview": "BingPreview", "slurp": "Yahoo! Slurp", "ia_archiver": "ia_archiver",
    "internetarchive": "InternetArchive", "yandexmetrika": "YandexMetrika", "anthropic-ai": "anthropic-ai",
    "chatgpt-user": "ChatGPT-User", "claude-user": "Claude-User", "claude-web": "Claude-Web",
    "cohere-ai": "cohere-ai", "mistralai-user": "MistralAI-User", "perplexity-user": "Perplexity-User",
    "facebookcatalog": "facebookcatalog", "facebookexternalhit": "facebookexternalhit", "facebot": "Facebot",
    "meta-externalagent": "meta-externalagent", "meta-externalfetcher": "meta-externalfetcher",
    "^pinterest/0.": "Pinterest", "^whatsapp/": "WhatsApp", "skypeuripreview": "SkypeUriPreview",
    "slack-imgproxy": "Slack-ImgProxy", "thirdlandingpagefeinfra": "thirdLandingPageFeInfra", "vkshare": "vkShare",
    "embedly": "Embedly", "iframely": "Iframely", "existence discovery": "Microsoft Office Existence Discovery",
  ]

  private static let adVerification: KeyValuePairs<String, String> = [
    "adbeat": "Adbeat", "admantx": "ADmantX", "confiant": "Confiant", "doubleverify": "DoubleVerify",
    "geoedge": "GeoEdge", "grapeshot": "Grapeshot", "integralads": "IntegralAds", "peer39": "Peer39",
    "proximic": "proximic", "themediatrust": "TheMediaTrust",
  ]

  private static let automation: KeyValuePairs<String, String> = [
    "headlesschrome": "HeadlessChrome", "headless": "Headless browser", "phantomjs": "PhantomJS",
    "slimerjs": "SlimerJS", "puppeteer": "Puppeteer", "playwright": "Playwright", "selenium": "Selenium",
    "webdriver": "WebDriver", "htmlunit": "HtmlUnit", "cypress/": "Cypress", "prerender": "Prerender",
    "rendertron": "Rendertron", "chrome-lighthouse": "Lighthouse", "ptst/": "WebPageTest", "gtmetrix": "GTmetrix",
  ]

  private static let libraries: KeyValuePairs<String, String> = [
    "curl/": "curl", "libcurl": "libcurl", "pycurl": "PycURL", "wget/": "Wget", "^wget": "Wget", "^curl": "curl",
    "httpie/": "HTTPie", "^python": "Python", "python-requests": "python-requests", "python-urllib": "Python-urllib",
    "python-httpx": "python-httpx", "aiohttp/": "aiohttp", "scrapy": "Scrapy", "mechanize": "mechanize",
    "go-http-client": "Go-http-client", "go-resty": "go-resty", "fasthttp": "fasthttp", "^colly": "colly",
    "^java/": "Java", "^okhttp": "okhttp", "apache-httpclient": "Apache-HttpClient",
    "commons-httpclient": "Commons-HttpClient", "google-http-java-client": "Google-HTTP-Java-Client",
    "akka-http": "akka-http", "ktor-client": "ktor-client", "reactornetty": "ReactorNetty",
    "vert.x-webclient": "Vert.x-WebClient", "libwww-perl": "libwww-perl", "lwp::": "LWP", "lwp-": "LWP",
    "^perl": "Perl", "^php": "PHP", "guzzlehttp": "GuzzleHttp", "symfony": "Symfony", "http_request2": "HTTP_Request2",
    "^wordpress": "WordPress", "^ruby": "Ruby", "faraday": "Faraday", "typhoeus": "Typhoeus",
    "rest-client/": "rest-client", "^node": "Node.js", "node-fetch": "node-fetch", "axios/": "axios",
    "undici": "undici", "^got (": "got", "^got/": "got", "^deno/": "Deno", "^bun/": "Bun", "^dart/": "Dart",
    "reqwest": "reqwest", "restsharp": "RestSharp", "winhttp": "WinHTTP", "powershell": "PowerShell",
    "cpp-httplib": "cpp-httplib", "libfetch": "libfetch", "lua-resty-http": "lua-resty-http", "hackney/": "hackney",
    "postmanruntime": "PostmanRuntime", "^insomnia/": "Insomnia",
  ]

  private static let monitoring: KeyValuePairs<String, String> = [
    "alertsite": "AlertSite", "amazon-route53-health-check": "Amazon Route 53", "better uptime": "Better Uptime",
    "catchpoint": "Catchpoint", "check_http": "check_http", "checkly": "Checkly", "datadog": "Datadog",
    "elb-healthchecker": "ELB-HealthChecker", "freshping": "FreshPing", "gomezagent": "Gomez", "googlehc": "GoogleHC",
    "googlestackdrivermonitoring": "Google Cloud Monitoring", "hetrixtools": "HetrixTools", "kube-probe": "kube-probe",
    "monitis": "Monitis", "nagios": "Nagios", "newrelic": "New Relic", "newrelicsynthetics": "New Relic",
    "pingdom": "Pingdom", "rackspace monitoring": "Rackspace Monitoring", "ruxitsynthetic": "Dynatrace",
    "site24x7": "Site24x7", "statuscake": "StatusCake", "uptime-kuma": "Uptime Kuma", "yottaamonitor": "Yottaa",
    "zabbix": "Zabbix",
  ]

  private static let scanners: KeyValuePairs<String, String> = [
    "acunetix": "Acunetix", "censysinspect": "Censys", "expanse": "Expanse",
    "internet-measurement": "Internet-Measurement",
    "l9explore": "l9explore", "masscan": "masscan", "nessus": "Nessus", "netcraft": "Netcraft", "nikto": "Nikto",
    "nmap": "Nmap", "nuclei": "Nuclei", "qualys": "Qualys", "shodan": "Shodan", "sqlmap": "sqlmap",
    "tlsprober": "TLSProber", "whatweb": "WhatWeb", "wpscan": "WPScan", "zgrab": "ZGrab",
    "apachebench": "ApacheBench", "jmeter": "JMeter", "^k6/": "k6", "locust": "Locust", "^siege/": "Siege",
    "vegeta": "Vegeta", "^wrk/": "wrk",
  ]

  private static let siteTools: KeyValuePairs<String, String> = [
    "feedburner": "FeedBurner", "feedly": "Feedly", "feedparser": "feedparser", "httrack": "HTTrack",
    "inoreader": "Inoreader", "linkchecker": "LinkChecker", "netvibes": "Netvibes", "newsblur": "NewsBlur",
    "screaming frog": "Screaming Frog", "simplepie": "SimplePie", "sitebulb": "Sitebulb",
    "siteimprove": "Siteimprove", "teleport pro": "Teleport Pro", "validator.nu": "Validator.nu",
    "w3c-checklink": "W3C-checklink", "w3c_validator": "W3C_Validator", "webcopier": "WebCopier",
    "webzip": "WebZIP", "xenu": "Xenu",
  ]
}
