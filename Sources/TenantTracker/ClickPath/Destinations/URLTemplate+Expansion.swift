import Core

/// What macros are filled from.
struct MacroContext {
  /// The click id's text. Nil for hits that are not recorded: no id may leave that will never be found.
  var click: [UInt8]?
  var profile = Snapshot.Profile.plain
  var campaign: Snapshot.Campaign?
  var flowID: Int64?
  var landingID: Int64?
  var offer: Snapshot.Offer?
  var facts: ClickFacts
  var now: Timestamp
  /// Absolute call-to-action link; only landings have one.
  var offerURL: [UInt8]?
}

extension URLTemplate {
  /// The URL for one visitor. A macro without a value leaves nothing behind.
  func expand(_ context: borrowing MacroContext, using generator: ChaChaGenerator) -> [UInt8] {
    var url: [UInt8] = []
    url.reserveCapacity(256)
    for segment in segments {
      switch segment {
      case .literal(let bytes): url.append(contentsOf: bytes)
      case .macro(let macro, let isRaw):
        url.append(macro, as: isRaw ? .partOfURL : .component, context, using: generator)
      }
    }
    return url
  }
}

/// How a macro's value is put into the text around it.
enum MacroEncoding {
  /// `{name}`: percent-encoded, all but the unreserved characters.
  case component
  /// `{_name}` in a URL: keeps what URLs are built of (`/?&=%`), but never what could end a header or a quote.
  case partOfURL
  /// `{_name}` in HTML: the value itself, as text.
  case html
}

extension [UInt8] {
  mutating func append(
    _ macro: Macro, as encoding: MacroEncoding, _ context: borrowing MacroContext, using generator: ChaChaGenerator
  ) {
    switch macro {
    case .clickID: if let click = context.click { append(contentsOf: click) }
    case .clickTime: append(decimal: Int(context.now.seconds))
    case .campaignID: append(id: context.campaign?.id)
    case .campaignName: append(value: context.campaign?.name, encoding)
    case .sourceID: append(id: context.campaign?.source?.id)
    case .flowID: append(id: context.flowID)
    case .landingID: append(id: context.landingID)
    case .offerID: append(id: context.offer?.id)
    case .networkID: append(id: context.offer?.networkID)
    case .payout: append(value: context.offer?.payout(country: context.facts.country).description, encoding)
    case .currency: append(value: (context.offer?.currency ?? context.campaign?.currency)?.code, encoding)
    case .visitor(let fact): append(value: context.facts.text(of: fact), encoding)
    case .offerURL: if let url = context.offerURL { append(valueBytes: url, encoding) }
    case .date(let format, let clock): append(valueBytes: format.text(of: context.now, on: clock), encoding)
    case .random(let range): append(decimal: Int(Int64.random(in: range, using: generator)))
    case .conversion: break
    }
  }

  private mutating func append(id: Int64?) {
    if let id { append(decimal: Int(id)) }
  }

  private mutating func append(value text: String?, _ encoding: MacroEncoding) {
    if let text { append(valueBytes: text.utf8, encoding) }
  }

  private mutating func append(valueBytes bytes: some Sequence<UInt8>, _ encoding: MacroEncoding) {
    for byte in bytes {
      switch encoding {
      case .component: PercentCoding.append(encoded: byte, to: &self)
      case .partOfURL: append(urlByte: byte)
      case .html: append(reference: byte)
      }
    }
  }
}

extension UUIDv7 {
  /// Its 36 characters.
  var ascii: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 36) { buffer, count in
      write(into: buffer)
      count = 36
    }
  }
}

extension Int64 {
  fileprivate static func random(in range: ClosedRange<Int64>, using generator: ChaChaGenerator) -> Int64 {
    var generator = generator
    return Int64.random(in: range, using: &generator)
  }
}
