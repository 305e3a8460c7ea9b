import Core

/// What macros are filled from.
struct MacroContext {
  /// The click id's text. Nil for hits that are not recorded: no id may leave that will never be found.
  var click: [UInt8]?
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
      case .macro(let macro, let isRaw): url.append(macro, isRaw: isRaw, context, using: generator)
      }
    }
    return url
  }
}

extension [UInt8] {
  fileprivate mutating func append(
    _ macro: Macro, isRaw: Bool, _ context: borrowing MacroContext, using generator: ChaChaGenerator
  ) {
    switch macro {
    case .clickID: if let click = context.click { append(contentsOf: click) }
    case .clickTime: append(decimal: Int(context.now.seconds))
    case .campaignID: append(id: context.campaign?.id)
    case .campaignName: append(macroText: context.campaign?.name, isRaw: isRaw)
    case .sourceID: append(id: context.campaign?.source?.id)
    case .flowID: append(id: context.flowID)
    case .landingID: append(id: context.landingID)
    case .offerID: append(id: context.offer?.id)
    case .networkID: append(id: context.offer?.networkID)
    case .payout:
      if let offer = context.offer {
        append(macroText: offer.payout(country: context.facts.country).description, isRaw: true)
      }
    case .currency: append(macroText: (context.offer?.currency ?? context.campaign?.currency)?.code, isRaw: true)
    case .visitor(let fact): append(macroText: context.facts.text(of: fact), isRaw: isRaw)
    case .offerURL: if let url = context.offerURL { append(macroBytes: url, isRaw: isRaw) }
    case .date(let format, let clock): append(macroBytes: format.text(of: context.now, on: clock), isRaw: isRaw)
    case .random(let range): append(decimal: Int(Int64.random(in: range, using: generator)))
    case .conversion: break
    }
  }

  private mutating func append(id: Int64?) {
    if let id { append(decimal: Int(id)) }
  }

  private mutating func append(macroText text: String?, isRaw: Bool) {
    if let text { append(macroBytes: text.utf8, isRaw: isRaw) }
  }

  /// Raw text keeps what URLs are built of (`/?&=%`), but never what could end a header or a quote.
  private mutating func append(macroBytes bytes: some Sequence<UInt8>, isRaw: Bool) {
    for byte in bytes {
      if isRaw { append(urlByte: byte) } else { PercentCoding.append(encoded: byte, to: &self) }
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

/// Adding parameters to a finished URL.
enum URLParameters {
  /// Appends `name=value` to the query: after `?` or `&` as needed, before a fragment. The value needs no encoding.
  static func append(_ name: StaticString, _ value: [UInt8], to url: inout [UInt8]) {
    let (mark, end) = url.withUnsafeBufferPointer { bytes in
      let end = bytes.index(of: UInt8(ascii: "#"))
      return (bytes.part(0..<end).index(of: UInt8(ascii: "?")), end)
    }
    let fragment = Array(url[end...])
    url.removeSubrange(end...)
    if mark >= end {
      url.append(UInt8(ascii: "?"))
    } else if url.last != UInt8(ascii: "?"), url.last != UInt8(ascii: "&") {
      url.append(UInt8(ascii: "&"))
    }
    url.append(contentsOf: name.bytes)
    url.append(UInt8(ascii: "="))
    url.append(contentsOf: value)
    url.append(contentsOf: fragment)
  }
}
