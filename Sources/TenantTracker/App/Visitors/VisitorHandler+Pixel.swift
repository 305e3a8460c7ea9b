import ClickPath
import Conversions
import Core
import NIOCore

extension VisitorHandler {
  /// `/pixel`: each event goes into the journal, for the shop's funnel; one that is a conversion is then recorded like a
  /// postback.
  func pixel(_ visit: Visit, _ lane: VisitorLane) {
    let request = visit.request
    guard let tenant = service.surroundings.snapshot().place(forHost: request.host)?.tenant else {
      service.figures.notFound(.unknownHost)
      return answer(Problem.notFound("host"))
    }
    let report: PixelReport
    do throws(Problem) {
      report = try readReport(visit)
      guard report.click.timestamp <= request.now + .minutes(1) else { throw .notFound("click") }
    } catch {
      return answer(error)
    }
    if let problem = refusal({ () throws(Problem) in try service.reportLimits.admit(report, from: request.address) }) {
      return answer(problem)
    }
    var generator = lane.generator
    let id = UUIDv7(at: request.now, using: &generator)
    let origin = visit.pageOrigin
    append(
      .shop(ShopEvent(report, tenantID: tenant.id, hit: id, from: origin, at: request.now)),
      .shop { isKept in
        guard report.isConversion else {
          guard isKept else { return self.answer(Problem.unavailable("The event can't be kept just now.")) }
          return self.answer(request.method == .get ? .picture(date: self.date) : .noContent(date: self.date))
        }
        // Without its place in the funnel, a purchase is one all the same.
        self.take(
          PostbackHit(
            id: id, channel: .pixel, method: request.method == .post ? .post : .get, query: "",
            contentType: "application/json", body: JSONValue.object(report.json).utf8,
            headers: origin.map { ["origin": $0] } ?? [:], address: request.address),
          for: tenant, from: request.address, answering: .json)
      })
  }

  private func readReport(_ visit: Visit) throws(Problem) -> PixelReport {
    guard visit.request.method == .get else { return try PixelReport(readBody(visit)) }
    let items = PercentCoding.queryItems(visit.request.query, limit: 50)
    // The pixel's own form, or parameters written by hand into a picture's address.
    guard let whole = items.first(where: { $0.name == "e" })?.value else {
      return try PixelReport(ReportBody.object(items))
    }
    return try PixelReport(ReportBody.object(Array(whole.utf8), type: "application/json"))
  }

  func readBody(_ visit: Visit) throws(Problem) -> JSONObject {
    try ReportBody.object(body.map { Array($0.readableBytesView) } ?? [], type: visit.contentType)
  }

  /// Nil when the address may still report; else what it is told.
  func refusal(_ admit: () throws(Problem) -> Void) -> Problem? {
    do throws(Problem) {
      try admit()
      return nil
    } catch {
      service.figures.flooded()
      return error
    }
  }
}

extension Visit {
  /// `https://shop.example`: where the page that calls is from, if it says so.
  var pageOrigin: String? {
    let text = proofs["origin"] ?? request.headers.referrer ?? ""
    guard WebURL.isAbsolute(text),
      let end = text.firstRange(of: "://")?.upperBound
    else { return nil }
    let host = text[end...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return host.isEmpty || host.utf8.count > 255 ? nil : "\(text[..<end])\(host)".lowercased()
  }
}

extension ShopEvent {
  /// - Parameter hit: the event's id if it came without one.
  init(_ report: PixelReport, tenantID: Int64, hit: UUIDv7, from origin: String?, at now: Timestamp) {
    self.init(
      tenantID: tenantID, clickID: report.click, eventID: report.eventID ?? hit.description, kind: report.kind,
      at: max(now - report.age, report.click.timestamp), value: report.value, currency: report.currency,
      orderID: report.orderID,
      products: report.products.isEmpty ? nil : JSONValue.array(report.products.map(\.json)).utf8, origin: origin)
  }
}
