import Core

/// A local landing's HTML, parsed once: `{{city}}` and the other call-outs, the links of its call to action, and the
/// place of our own script.
struct PageTemplate: Sendable {
  private enum Insert: Sendable {
    case callOut(CallOut, PageContext, fallback: Range<Int>?)
    /// The call-to-action link as a value, or with the attribute around it.
    case link(PageContext)
    case linkAttribute
    /// Around a value that had no quotes: an empty one would take the next attribute for itself.
    case quote
    /// Our script, the campaign's pixels.
    case head
  }

  private struct Place: Sendable {
    /// What gives way in ``html``.
    let range: Range<Int>
    let insert: Insert
  }

  private let html: [UInt8]
  private let places: [Place]
  /// `<!doctype ...>` as written; nil for a page in quirks mode.
  let doctype: [UInt8]?
  /// The page says where its addresses start, so ours have to say it too.
  let needsAbsoluteLinks: Bool

  init(_ text: String) {
    let html = Array(text.utf8)
    var reader = PageReader(html)
    reader.read()
    self.html = html
    places = reader.places.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    doctype = reader.doctype.map { Array(html[$0]) }
    needsAbsoluteLinks = reader.hasBase
  }

  /// The page for one visitor.
  func render(_ visit: borrowing PageVisit) -> [UInt8] {
    let link = visit.offerURL ?? [UInt8(ascii: "#")]
    var page: [UInt8] = []
    page.reserveCapacity(html.count + visit.pixels.count + LandingScript.length + places.count * 96)
    var index = 0
    for place in places {
      page.append(contentsOf: html[index..<place.range.lowerBound])
      index = place.range.upperBound
      switch place.insert {
      case .link(let context): page.append(link: link, in: context)
      case .quote: page.append(UInt8(ascii: "\""))
      case .linkAttribute:
        page.append(contentsOf: " href=\"".utf8)
        page.append(link: link, in: .text)
        page.append(UInt8(ascii: "\""))
      case .callOut(let callOut, let context, let fallback):
        append(callOut, context, fallback, link, visit, to: &page)
      case .head:
        LandingScript.append(to: &page, click: visit.click, link: visit.offerURL)
        page.append(contentsOf: visit.pixels)
      }
    }
    page.append(contentsOf: html[index...])
    return page
  }

  private func append(
    _ callOut: CallOut, _ context: PageContext, _ fallback: Range<Int>?, _ link: [UInt8],
    _ visit: borrowing PageVisit, to page: inout [UInt8]
  ) {
    switch callOut {
    case .offerURL: page.append(link: link, in: context)
    case .clickID: page.append(contentsOf: visit.click ?? [])
    default:
      if let text = callOut.text(in: visit), !text.isEmpty {
        page.append(text, in: context)
      } else if let fallback {
        page.append(contentsOf: html[fallback])
      }
    }
  }

  /// Finds the places.
  private struct PageReader {
    let html: [UInt8]
    var scanner: HTMLScanner
    var places: [Place] = []
    var doctype: Range<Int>?
    var hasBase = false
    /// Behind doctype, `<html>` and `<head>`, before anything that runs.
    private var headPosition = 0
    private var isBeforeHead = true

    init(_ html: [UInt8]) {
      self.html = html
      scanner = HTMLScanner(html)
    }

    mutating func read() {
      while let token = scanner.next() {
        switch token {
        case .text(let range):
          if html[range].contains(where: { !$0.isHTMLSpace }) { isBeforeHead = false }
          find(in: range, .text)
        case .raw(let element, let range): find(in: range, PageContext(insideRaw: element))
        case .comment(let range): readComment(range)
        case .tag(let tag): read(tag)
        }
      }
      places.append(Place(range: headPosition..<headPosition, insert: .head))
    }

    private mutating func readComment(_ range: Range<Int>) {
      let isDoctype = html[range].dropFirst(2).prefix(7).map(\.asciiLowercased).elementsEqual("doctype".utf8)
      if isBeforeHead, isDoctype, doctype == nil {
        doctype = range
        headPosition = range.upperBound
      }
      find(in: range, .text)
    }

    private mutating func read(_ tag: HTMLTag) {
      if isBeforeHead {
        if !tag.isEnd, tag.name == "html" || tag.name == "head" { headPosition = tag.range.upperBound }
        isBeforeHead = !tag.isEnd && tag.name == "html"
      }
      if tag.name == "base", tag["href"] != nil { hasBase = true }
      let link = tag.isEnd ? nil : linkedAttribute(of: tag)
      var index = tag.range.lowerBound
      for attribute in tag.attributes {
        guard let value = attribute.value else { continue }
        find(in: index..<value.lowerBound, .bare)
        index = value.upperBound
        read(attribute, value, isLink: link?.range == attribute.range)
      }
      find(in: index..<tag.range.upperBound, .bare)
      if link == nil, !tag.isEnd, tag.name == "a", isCallToAction(tag) {
        places.append(Place(range: tag.nameEnd..<tag.nameEnd, insert: .linkAttribute))
      }
    }

    private mutating func read(_ attribute: HTMLAttribute, _ value: Range<Int>, isLink: Bool) {
      let count = places.count
      // With quotes of neither kind around it and some inside, there is no saying where a value would end.
      let isOpen = !attribute.isQuoted && html[value].contains(UInt8(ascii: "\""))
      let context = isOpen ? .bare : PageContext(in: attribute, of: html)
      if isLink {
        places.append(Place(range: value, insert: .link(context)))
      } else {
        find(in: value, context)
      }
      guard !attribute.isQuoted, !isOpen, places.count > count else { return }
      for end in [value.lowerBound, value.upperBound] { places.append(Place(range: end..<end, insert: .quote)) }
    }

    /// The `href` that becomes the call-to-action link.
    private func linkedAttribute(of tag: HTMLTag) -> HTMLAttribute? {
      guard tag.name == "a" || tag.name == "area", let href = tag["href"], let value = href.value else { return nil }
      return html[value].elementsEqual("#offer".utf8) || isCallToAction(tag) ? href : nil
    }

    private func isCallToAction(_ tag: HTMLTag) -> Bool {
      if tag["data-offer"] != nil { return true }
      guard let value = tag["class"]?.value else { return false }
      return html[value].split(whereSeparator: \.isHTMLSpace).contains { $0.elementsEqual("trackily-cta".utf8) }
    }

    private mutating func find(in range: Range<Int>, _ context: PageContext) {
      var index = range.lowerBound
      while index < range.upperBound, let open = html[index..<range.upperBound].firstIndex(of: UInt8(ascii: "{")) {
        guard let written = WrittenCallOut(html, at: open), written.range.upperBound <= range.upperBound else {
          index = open + 1
          continue
        }
        places.append(
          Place(range: written.range, insert: .callOut(written.callOut, context, fallback: written.fallback)))
        index = written.range.upperBound
      }
    }
  }
}

/// What a page is filled from.
struct PageVisit {
  var facts: ClickFacts
  /// The click id's text; nil for a hit that is not recorded.
  var click: [UInt8]?
  /// Where the call to action leads; nil without an offer.
  var offerURL: [UInt8]?
  /// Markup to be put into the head.
  var pixels: [UInt8] = []
}
