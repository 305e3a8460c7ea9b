/// What makes a click suspicious: the factors of the documents' "Anti-Fraud Kit".
struct FraudFactors: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  /// The user agent names a known bot.
  static let knownBot = FraudFactors(rawValue: 1)
  /// More than 5 clicks from the address within 30 seconds, this one among them.
  static let shortFlood = FraudFactors(rawValue: 2)
  /// More than 20 within 5 minutes.
  static let longFlood = FraudFactors(rawValue: 4)
  /// The address's provider runs servers, not visitors.
  static let datacenter = FraudFactors(rawValue: 8)
  /// The address is on the blacklist, by hand or by itself.
  static let blacklisted = FraudFactors(rawValue: 16)
  /// The user agent is empty, or too short to be a browser's.
  static let shortAgent = FraudFactors(rawValue: 32)

  /// The documented table: what each factor adds, and its reason code.
  static let table: [(factor: FraudFactors, points: Int, code: String)] = [
    (.knownBot, 40, "bot:ua+40"), (.shortFlood, 25, "flood30+25"), (.longFlood, 30, "flood300+30"),
    (.datacenter, 15, "datacenter+15"), (.blacklisted, 50, "blacklist+50"), (.shortAgent, 10, "ua:short+10"),
  ]

  /// 0...100.
  var score: UInt8 {
    var sum = 0
    for row in FraudFactors.table where contains(row.factor) { sum += row.points }
    return UInt8(min(sum, 100))
  }

  /// In the table's order.
  var codes: [String] { FraudFactors.table.filter { contains($0.factor) }.map(\.code) }
}

/// What scores lead to.
public enum FraudScore {
  /// The licensed feature: without it there is no score, and only known bots and what was put on the blacklist by hand
  /// are stopped.
  public static let feature = "anti_fraud"
  /// From here on the bot filter stops a click.
  public static let blocking: UInt8 = 50
  /// From here on the address goes on the blacklist by itself.
  public static let blacklisting: UInt8 = 80
  /// A user agent of fewer bytes is suspicious: no browser's is nearly as short, and `Mozilla/5.0` alone has 11.
  static let leastAgentLength = 10
}
