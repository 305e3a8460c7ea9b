import Core

/// What `{{...}}` in a local landing stands for.
enum CallOut: Hashable, Sendable {
  /// The English name of the visitor's country.
  case country
  case countryCode
  case fact(VisitorFact)
  /// The device with a capital: `Mobile`.
  case device
  /// Where the call to action leads.
  case offerURL
  case clickID

  /// Bytes between the braces; longer ones are no call-out.
  static let limit = 300

  init?(_ name: some StringProtocol) {
    switch name {
    case "country": self = .country
    case "country_code": self = .countryCode
    case "device": self = .device
    case "offer_url": self = .offerURL
    case "click_id": self = .clickID
    case "city": self = .fact(.city)
    case "region": self = .fact(.region)
    case "isp": self = .fact(.isp)
    case "os": self = .fact(.os)
    case "browser": self = .fact(.browser)
    case "ip": self = .fact(.ip)
    case "language": self = .fact(.language)
    default:
      guard name.hasPrefix("sub"), case .sub(let number)? = VisitorFact(name: Substring(name)) else { return nil }
      self = .fact(.sub(number))
    }
  }

  /// Nil when it is not known.
  func text(in visit: borrowing PageVisit) -> String? {
    switch self {
    case .country: visit.facts.countryName ?? visit.facts.country
    case .countryCode: visit.facts.country
    case .device: visit.facts.device.map(CallOut.title)
    case .fact(let fact): visit.facts.text(of: fact)
    case .offerURL, .clickID: nil
    }
  }

  /// `mobile` -> `Mobile`; an abbreviation is written in capitals.
  private static func title(_ device: String) -> String {
    device.utf8.count <= 2 ? device.uppercased() : device.prefix(1).uppercased() + device.dropFirst()
  }
}

/// A call-out as written: `{{city}}`, `{{ city | your city }}`.
struct WrittenCallOut {
  let callOut: CallOut
  /// What stands for an unknown fact, as the page's author wrote it.
  let fallback: Range<Int>?
  /// From brace to brace.
  let range: Range<Int>

  /// Nil if none of ours starts at `index`.
  init?(_ html: [UInt8], at index: Int) {
    guard let end = HTMLScanner.endOfPlaceholder(html, index) else { return nil }
    range = index..<end
    let inside = (index + 2)..<(end - 2)
    let bar = html[inside].firstIndex(of: UInt8(ascii: "|"))
    let name = WrittenCallOut.trimmed(html, inside.lowerBound..<(bar ?? inside.upperBound))
    guard let callOut = CallOut(String(decoding: html[name], as: UTF8.self)) else { return nil }
    self.callOut = callOut
    fallback = bar.map { WrittenCallOut.trimmed(html, ($0 + 1)..<inside.upperBound) }
  }

  private static func trimmed(_ html: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, html[start] == 0x20 { start += 1 }
    while end > start, html[end - 1] == 0x20 { end -= 1 }
    return start..<end
  }
}
