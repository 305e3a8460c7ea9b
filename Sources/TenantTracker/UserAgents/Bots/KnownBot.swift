/// Which bot a user agent says it is: a crawler, an HTTP library, a headless browser, a monitor.
///
/// Calling a person a bot costs the customer that person, so evidence comes in two strengths. A word of ``BotWords``, or
/// a name that ends in bot, crawler or spider, is enough. uap-core's `Spider` family and a `+http` address are not where
/// the rest of the agent is a browser that people use: the family's rule also takes the toolbars of Yahoo and Teoma.
enum KnownBot {
  /// The name of the bot; nil for what may be a person.
  static func name(in agent: UnsafeBufferPointer<UInt8>, _ families: Families) -> String? {
    var named: (index: Int, start: Int)?
    var called: Range<Int>?
    var hasAddress = false
    words.scanner.scan(agent) { owner, end in
      switch words.kinds[owner] {
      case .name(let length, let isFirst):
        let start = end - length
        guard isFirst ? start == 0 : start == 0 || !agent[start - 1].isLetterOrDigit else { return }
        // The first to be met; of two that begin together, the longer.
        if named.map({ start <= $0.start }) ?? true { named = (owner, start) }
      case .calling: called = called ?? callingName(in: agent, endingAt: end)
      case .address: hasAddress = true
      }
    }
    if let named { return BotWords.all[named.index].name }
    if let called { return text(agent, called) }
    guard families.device == "Spider" || hasAddress, !isPeoples(families.browser) else { return nil }
    return families.browser ?? text(agent, 0..<(agent.firstIndex { $0 == 0x2F || $0 == 0x20 } ?? agent.count))
  }

  /// `Googlebot`, `AhrefsBot`, `my-crawler`: the name around the word that ends here. Nil where the word goes on
  /// (Botswana), and for the phones of Cubot.
  private static func callingName(in agent: UnsafeBufferPointer<UInt8>, endingAt end: Int) -> Range<Int>? {
    if end < agent.count, agent[end].isLetter { return nil }
    var start = end
    while start > 0, agent[start - 1].isLetter { start -= 1 }
    if agent[start..<end].lazy.map({ $0 | 0x20 }).elementsEqual("cubot".utf8) { return nil }
    while start > 0, agent[start - 1].isLetterOrDigit || "-_.".utf8.contains(agent[start - 1]) { start -= 1 }
    return start..<end
  }

  private static func text(_ agent: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
    let name = String(decoding: agent[range].prefix(40), as: UTF8.self)
    return name.isEmpty ? "Unnamed bot" : name
  }

  private static func isPeoples(_ browser: String?) -> Bool { browser.map(peoplesBrowsers.contains) ?? false }

  private static let peoplesBrowsers: Set<String> = [
    "Amazon Silk", "Android", "Avant", "Baidu Browser", "Brave", "Chrome", "Chrome Mobile", "Chrome Mobile iOS",
    "Chrome Mobile WebView", "Chromium", "Coc Coc", "DuckDuckGo Mobile", "Edge", "Edge Mobile", "Facebook", "Firefox",
    "Firefox Mobile", "Firefox iOS", "Google", "IE", "IE Mobile", "Instagram", "Konqueror", "LINE", "Maxthon",
    "MIUI Browser",
    "Mobile Safari", "Mobile Safari UI/WKWebView", "Mozilla", "MyIE2", "Netscape", "Opera", "Opera Mini",
    "Opera Mobile", "Pale Moon", "QQ Browser", "QQ Browser Mobile", "Safari", "Samsung Internet", "SeaMonkey",
    "Snapchat", "Sogou Explorer", "UC Browser", "Vivaldi", "Whale", "Yandex Browser",
  ]

  private enum Kind {
    /// The whole of a word in ``BotWords``, of so many bytes.
    case name(length: Int, isFirst: Bool)
    /// The end of what bots call themselves.
    case calling
    /// Where to read about it: browsers have no such thing.
    case address
  }

  private static let words: (scanner: LiteralScanner, kinds: [Kind]) = {
    var kinds: [Kind] = []
    var literals: [[UInt8]] = []
    for (word, _) in BotWords.all {
      let isFirst = word.hasPrefix("^")
      literals.append(Array(word.utf8.dropFirst(isFirst ? 1 : 0)))
      kinds.append(.name(length: literals.last?.count ?? 0, isFirst: isFirst))
    }
    for word in ["bot", "crawl", "crawler", "spider", "scraper"] {
      literals.append(Array(word.utf8))
      kinds.append(.calling)
    }
    literals.append(Array("+http".utf8))
    kinds.append(.address)
    return (LiteralScanner(literals.enumerated().map { ($0.element, UInt16($0.offset)) }), kinds)
  }()
}

extension UInt8 {
  fileprivate var isLetter: Bool { (0x61...0x7A).contains(self | 0x20) }
  fileprivate var isLetterOrDigit: Bool { isLetter || (0x30...0x39).contains(self) }
}
