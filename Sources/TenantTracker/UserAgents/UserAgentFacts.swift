/// What a user agent and its client hints tell of a visitor. Nil is unknown.
public struct UserAgentFacts: Hashable, Sendable {
  /// uap-core's family: `Chrome Mobile`, `Firefox`.
  public internal(set) var browser: String?
  /// uap-core's family: `Windows`, `Mac OS X`, `Android`, `iOS`.
  public internal(set) var os: String?
  public internal(set) var device: DeviceType?
  /// Brand and model as far as they are told: `Samsung SM-S918B`, `iPhone`.
  public internal(set) var model: String?
  /// What it is if it is no person: `Googlebot`, `curl`.
  public internal(set) var bot: String?

  init() {}
}

extension UserAgentFacts {
  /// Facts of an agent by what the patterns call it and what the hints add.
  ///
  /// The hints go before the agent where both speak: Chromium keeps the agent only for compatibility, and says nothing
  /// wrong in hints. But an agent may know better what Linux it is, or that the browser is Facebook's.
  init(_ agent: UnsafeBufferPointer<UInt8>, _ families: Families, _ hints: HintedFacts) {
    browser = UserAgentFacts.known(families.browser)
    if let brand = hints.browser, browser.map(UserAgentFacts.isPlainChromium) ?? true { browser = brand }
    os = UserAgentFacts.known(families.os)
    if let platform = hints.os, os.map(UserAgentFacts.isPlainSystem) ?? true { os = platform }
    model = hints.model ?? UserAgentFacts.known(families.device)
    bot = KnownBot.name(in: agent, families) ?? (hints.browser == "HeadlessChrome" ? hints.browser : nil)
    device = bot == nil ? deviceType(AgentWords(in: agent), families, hints) : .bot
  }

  private func deviceType(_ words: AgentWords, _ families: Families, _ hints: HintedFacts) -> DeviceType? {
    let type = words.deviceType(os: os, device: families.device)
    switch (hints.isMobile, type) {
    case (true, nil), (true, .desktop): return .mobile
    case (false, nil), (false, .desktop): return os == "Android" ? .tablet : .desktop
    default: return type
    }
  }

  /// uap-core's words for not knowing; `K` is the model of every Chrome on Android.
  private static func known(_ family: String?) -> String? {
    switch family {
    case nil, "Other", "Spider", "K", "Generic Smartphone", "Generic Feature Phone", "Generic Tablet": nil
    case let family?: family.utf8.count <= limit ? family : String(decoding: family.utf8.prefix(limit), as: UTF8.self)
    }
  }

  /// Rules may take in whatever stands before a slash; longer names than these are cut. In bytes.
  private static let limit = 100

  private static func isPlainChromium(_ browser: String) -> Bool {
    ["Chrome", "Chrome Mobile", "Chromium", "Mobile Safari", "Safari", "Android"].contains(browser)
  }

  private static func isPlainSystem(_ os: String) -> Bool {
    ["Windows", "Mac OS X", "Linux", "Android", "iOS", "Chrome OS"].contains(os)
  }
}
