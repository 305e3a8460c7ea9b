import ClickPath
import Core
import NIOCore

extension VisitorHandler {
  /// `/c/{slug}`: decides, and answers once the click is durable.
  func click(_ slug: String, _ visit: Visit, _ lane: VisitorLane) {
    let request = visit.request
    guard let place = service.surroundings.snapshot().place(forHost: request.host) else {
      service.figures.notFound(.unknownHost)
      return answer(.notFound)
    }
    if !request.query.isEmpty, ClickPipeline.wantsExplanation(request.query) {
      let explanation = service.pipeline.explain(request, slug: slug, in: place, using: lane.generator)
      return answer(VisitorAnswer(explanation, date: date))
    }
    let result = service.pipeline.click(request, slug: slug, in: place, using: lane.generator)
    count(result)
    guard let event = result.event else { return answer(result.answer) }
    if !result.unreplacedMacros.isEmpty { service.surroundings.noteUnreplaced(result.unreplacedMacros, event) }
    append(.click(event), .click(event.id, event.status, VisitorAnswer(result.answer, date: date)))
  }

  private func count(_ result: ClickResult) {
    if let reason = result.stop { service.figures.stopped(reason) }
    if let reason = result.uncounted { service.figures.served(reason) }
    if result.answer.destination != nil { service.figures.clickRedirects.increment() }
  }
}
