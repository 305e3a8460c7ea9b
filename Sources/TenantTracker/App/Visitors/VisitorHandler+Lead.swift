import ClickPath
import Conversions
import Core
import NIOCore

extension VisitorHandler {
  /// `/api/lead`: a form that was filled in, recorded like a postback.
  func lead(_ visit: Visit, _ lane: VisitorLane) {
    let request = visit.request
    guard let tenant = service.surroundings.snapshot().place(forHost: request.host)?.tenant else {
      service.figures.notFound(.unknownHost)
      return answer(Problem.notFound("host"))
    }
    if let problem = refusal({ () throws(Problem) in try service.reportLimits.admitLead(from: request.address) }) {
      return answer(problem)
    }
    var generator = lane.generator
    let id = UUIDv7(at: request.now, using: &generator)
    let report: LeadReport
    do throws(Problem) {
      let object = try readBody(visit)
      guard !LeadReport.isTrapped(object) else {
        // Told that all went well, it does not try again in another way.
        let reply: JSONValue = ["status": "ok", "code": "recorded", "conversion_id": JSONValue(id)]
        return answer(VisitorAnswer(reply, date: date))
      }
      report = try LeadReport(object, cookie: request.headers.click)
    } catch {
      return answer(error)
    }
    take(
      PostbackHit(
        id: id, channel: .lead, method: .post, query: "", contentType: "application/json",
        body: JSONValue.object(report.json).utf8, headers: visit.pageOrigin.map { ["origin": $0] } ?? [:],
        address: request.address),
      for: tenant, from: request.address, answering: .json)
  }
}
