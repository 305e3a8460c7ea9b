/// Which of the words that give a device away an agent holds.
struct AgentWords: OptionSet, Sendable {
  let rawValue: UInt16

  static let tv = AgentWords(rawValue: 1 << 0)
  static let console = AgentWords(rawValue: 1 << 1)
  static let car = AgentWords(rawValue: 1 << 2)
  static let wearable = AgentWords(rawValue: 1 << 3)
  static let tablet = AgentWords(rawValue: 1 << 4)
  static let mobile = AgentWords(rawValue: 1 << 5)
  static let android = AgentWords(rawValue: 1 << 6)
  /// WebKit and Gecko browsers on Android say Mobile on phones and leave it out on tablets; apps say neither.
  static let engine = AgentWords(rawValue: 1 << 7)
  static let desktop = AgentWords(rawValue: 1 << 8)
  /// Internet Explorer's mark of Windows' pen services: no tablet.
  static let penServices = AgentWords(rawValue: 1 << 9)

  init(rawValue: UInt16) { self.rawValue = rawValue }

  init(in agent: UnsafeBufferPointer<UInt8>) {
    var words = AgentWords()
    AgentWords.scanner.scan(agent) { owner, _ in words.insert(AgentWords(rawValue: 1 << UInt16(owner))) }
    self = words
  }

  /// Special devices first: most of them also say Linux or Android.
  func deviceType(os: String?, device: String?) -> DeviceType? {
    if contains(.tv) { return .tv }
    if contains(.console) { return .console }
    if contains(.car) { return .car }
    if contains(.wearable) || device == "Apple Watch" { return .wearable }
    if contains(.tablet), !contains(.penServices) || contains(.android) { return .tablet }
    if device?.hasPrefix("Kindle") == true { return .tablet }
    if contains(.mobile) { return .mobile }
    if contains(.android) { return contains(.engine) ? .tablet : .mobile }
    if contains(.desktop) { return .desktop }
    switch os {
    case "iOS": return .mobile
    case "tvOS", "ATV OS X": return .tv
    case "Mac OS X", "Windows", "Linux", "Chrome OS": return .desktop
    default: break
    }
    // uap-core names the models of phones and little else; its generic phone is also what many a tool looks like.
    guard let device, device != "Spider", device != "Mac", !device.hasPrefix("Generic ") else { return nil }
    return .mobile
  }

  private static let scanner: LiteralScanner = {
    var literals: [(word: [UInt8], owner: UInt16)] = []
    for (words, list) in lists {
      for word in list { literals.append((Array(word.utf8), UInt16(words.rawValue.trailingZeroBitCount))) }
    }
    return LiteralScanner(literals)
  }()

  private static let lists: [(AgentWords, [String])] = [
    (
      .tv,
      [
        "smarttv", "smart-tv", "smart tv", "hbbtv", "appletv", "apple tv", "googletv", "google tv", "android tv",
        "androidtv", "crkey", "chromecast", "roku/", "netcast", "web0s", "webos.tv", "viera", "bravia", "; aft",
        "philipstv", "sonydtv", "sonyceb", "opera tv", "inettvbrowser", "ce-html", "nettv", "netrange", "vidaa",
        "mitv", "mibox", "shield android", "large screen", "tizen tv", "tvos", "dtv/", "tsbnettv",
        "espial", "maple2", "boxee",
      ]
    ),
    (.console, ["playstation", "nintendo", "; xbox", "xbox one", "xbox series", "xbox-os"]),
    (.car, ["tesla/", "qtcarbrowser", "android automotive"]),
    (.wearable, ["watchos", "watch os", "apple watch", "wear os", "android wear", "oculusbrowser"]),
    (
      .tablet,
      [
        "ipad", "tablet", "playbook", "kindle", "silk-accelerated", "nexus 7", "nexus 9", "nexus 10", "mediapad",
        "matepad", "mi pad", "xiaomi pad", "redmi pad", "realme pad", "galaxy tab", "; sm-t", "; sm-x", "; gt-p",
        "lenovo tb", "lenovotab", "; kf", "touchpad", "xoom", "transformer", "kobo", "; tab",
      ]
    ),
    (
      .mobile,
      [
        "iphone", "ipod", "mobi", "phone", "blackberry", "bb10", "symbian", "series60", "series40", "opera mini",
        "kaios", "midp", "j2me", "up.browser", "webos/", "ucweb", "docomo", "kddi-", "softbank", "windows ce", "palmos",
        "nokia", "sonyericsson", "bada/",
      ]
    ),
    (.android, ["android"]), (.engine, ["applewebkit", "gecko/"]),
    (
      .desktop,
      ["windows", "macintosh", "x11", "cros ", "linux", "bsd", "sunos", "win32", "win64", "mac_powerpc", "mac os"]
    ),
    (.penServices, ["tablet pc", "tabletpc"]),
  ]
}
