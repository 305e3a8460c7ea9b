import Core

extension ClickStep {
  /// Reads everything that the request itself says.
  public static let visitor = ClickStep(.visitor) { hit in
    hit.readParameters()
    hit.readHeaders()
    return nil
  }
}

extension Hit {
  fileprivate func readParameters() {
    var parameters = VisitorParameters(source: campaign.source)
    QueryReader.forEach(in: request.query) { name, value in parameters.take(name, value) }
    facts.subs = parameters.subs
    facts.externalID = parameters.sourceExternalID ?? parameters.externalID
    facts.publisherID = parameters.publisherID
    facts.unreplacedMacros = parameters.unreplaced
    for macro in parameters.unreplaced { note("macro:\(macro.parameter)=\(macro.macro)") }
    if let text = parameters.sourceCost ?? parameters.cost {
      if let cost = Micros(text), (.zero ... .greatestAmount).contains(cost) {
        facts.cost = cost
      } else {
        note("cost_unreadable")
      }
    }
  }

  fileprivate func readHeaders() {
    let headers = request.headers
    facts.userAgent = StoredText.clean(headers.userAgent, limit: StoredText.userAgentLimit)
    facts.referrer = StoredText.clean(headers.referrer, limit: StoredText.referrerLimit)
    facts.referrerDomain = facts.referrer.flatMap { ReferrerDomain.of($0) }
    facts.language = headers.acceptLanguage.flatMap { LanguageTag(acceptLanguage: $0) }
    if let known = headers.id(inCookie: VisitorCookie.name), known.isVersion7 {
      facts.visitorID = known
      facts.hadCookie = true
    } else {
      var source = generator
      facts.visitorID = VisitorID(at: request.now, using: &source)
    }
  }
}

/// The query parameters a click is told by. Of a parameter that comes twice the first counts; an empty one is absent.
private struct VisitorParameters {
  let source: Snapshot.Source?
  var subs = SubIDs()
  var externalID: String?
  var cost: String?
  var publisherID: Int64?
  /// Under the names that the source uses; these go first.
  var sourceExternalID: String?
  /// Which of the source's parameters that came in: an earlier one takes its place.
  private var externalIDRank = Int.max
  var sourceCost: String?
  var unreplaced: [UnreplacedMacro] = []

  init(source: Snapshot.Source?) { self.source = source }

  mutating func take(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
    if let number = VisitorParameters.subNumber(name), subs[number] == nil {
      subs[number] = text(name, value, limit: StoredText.parameterLimit)
    }
    // A source may send its click id or cost in a sub id; then it is both.
    if let rank = source?.clickIDParameters.firstIndex(where: { name.elementsEqual($0) }) {
      if rank < externalIDRank, let id = text(name, value, limit: StoredText.externalIDLimit) {
        (sourceExternalID, externalIDRank) = (id, rank)
      }
    } else if name.equals("click_id") {
      externalID = externalID ?? text(name, value, limit: StoredText.externalIDLimit)
    }
    if let source, name.elementsEqual(source.costParameter) {
      sourceCost = sourceCost ?? text(name, value, limit: StoredText.parameterLimit)
    } else if name.equals("cost") {
      cost = cost ?? text(name, value, limit: StoredText.parameterLimit)
    } else if publisherID == nil, name.equals("pub") {
      publisherID = text(name, value, limit: StoredText.parameterLimit).flatMap { Int64($0) }
    }
  }

  private mutating func text(
    _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>, limit: Int
  ) -> String? {
    guard let text = StoredText.decode(value, limit: limit) else { return nil }
    guard UnreplacedMacro.matches(text) else { return text }
    let macro = UnreplacedMacro(parameter: String(decoding: name, as: UTF8.self), macro: text)
    if !unreplaced.contains(macro) { unreplaced.append(macro) }
    return nil
  }

  /// 1...30 for `sub1`...`sub30`.
  private static func subNumber(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
    guard name.count == 4 || name.count == 5, name.has("sub", at: 0), let first = name[3].asciiDigit, first > 0 else {
      return nil
    }
    guard name.count == 5 else { return first }
    guard let second = name[4].asciiDigit else { return nil }
    let number = first * 10 + second
    return SubIDs.numbers.contains(number) ? number : nil
  }
}
