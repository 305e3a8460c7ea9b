import ClickPath
import Core

extension VisitorHandler {
  /// Whether a request is for us: a node may answer for its health alone, and where there is a dashboard the root is
  /// that's.
  func isOurs(_ visit: Visit) -> Bool {
    guard service.answersVisitors else { return visit.target.isAboutHealth }
    guard case .root = visit.target else { return true }
    guard service.surroundings.isReady() else { return false }
    return service.surroundings.snapshot().place(forHost: visit.request.host)?.servesDashboard != true
  }

  /// `/` of a tracking domain: what the domain's settings say.
  func root(_ visit: Visit, _ lane: VisitorLane) {
    guard let place = service.surroundings.snapshot().place(forHost: visit.request.host) else {
      service.figures.notFound(.unknownHost)
      return answer(.notFound)
    }
    switch place.root {
    case .campaign(let slug): click(slug, visit, lane)
    case .redirect(let url): answer(VisitorAnswer(redirectTo: url, date: date))
    case .notFound: answer(.notFound)
    }
  }

  func robots(_ visit: Visit) {
    guard let place = service.surroundings.snapshot().place(forHost: visit.request.host) else {
      service.figures.notFound(.unknownHost)
      return answer(.notFound)
    }
    answer(VisitorAnswer(text: place.robots, date: date))
  }
}
