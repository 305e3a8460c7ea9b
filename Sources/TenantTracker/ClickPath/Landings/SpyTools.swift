/// The tools that copy other people's landing pages, and what drives browsers without anybody before them.
enum SpyTools {
  /// Registrable domains; whatever is below them is theirs too.
  static let domains: Set<String> = [
    "adplexity.com", "adplexity.io", "anstrex.com", "spypush.com", "bigspy.com", "adheart.me", "poweradspy.com",
    "spyover.com", "whatrunswhere.com", "adbeat.com", "socialpeta.com", "pipiads.com", "minea.com", "dropispy.com",
    "adspy.com", "nativeadbuzz.com", "magicadz.co", "ixspy.com", "adsector.com", "idvert.com", "adclarity.com",
    "vidtao.com", "adflex.io", "ppspy.com", "winninghunter.com", "foreplay.co", "tyver.io", "spy.house",
    "admobispy.com", "adligator.com", "advault.io",
  ]

  /// Whether a host, lower case, is one of theirs.
  static func owns(_ host: String) -> Bool {
    var rest = Substring(host.hasSuffix(".") ? String(host.dropLast()) : host)
    while true {
      if domains.contains(String(rest)) { return true }
      guard let dot = rest.utf8.firstIndex(of: UInt8(ascii: ".")) else { return false }
      rest = rest[rest.utf8.index(after: dot)...]
    }
  }

  /// Words (lower case) that user agents of driven browsers hold.
  static let headlessAgents: [StaticString] = [
    "headless", "phantomjs", "slimerjs", "casperjs", "selenium", "webdriver", "puppeteer", "playwright", "cypress",
    "testcafe", "nightmare", "htmlunit", "zombie.js", "jsdom", "splash",
  ]

  /// Beginnings (lower case) of user agents of libraries and command-line tools.
  static let httpClients: [StaticString] = [
    "curl/", "wget/", "python", "go-http-client", "okhttp", "java/", "apache-httpclient", "axios", "node-fetch", "node",
    "undici", "got ", "scrapy", "httpx", "aiohttp", "libwww-perl", "lwp", "ruby", "faraday", "guzzlehttp", "php",
    "postmanruntime", "insomnia", "httrack", "teleport", "webzip", "offline explorer",
  ]
}
