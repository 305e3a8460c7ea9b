import ClickPath
import Core
import NIOCore

extension VisitorHandler {
  /// `/offer/{clickId}/{offerId}`: the link itself says what the offer's URL needs, else memory does, else the database
  /// may, shortly. Who is still unknown then goes on with the click id alone.
  func offer(_ click: ClickID?, _ offerID: Int64, _ visit: Visit, _ lane: VisitorLane) {
    guard let place = service.surroundings.snapshot().place(forHost: visit.request.host) else {
      service.figures.notFound(.unknownHost)
      return answer(.notFound)
    }
    let way = OfferWay(click: click, offerID: offerID, place: place, visit: visit)
    guard let click, place.tenant.offers[offerID] != nil else { return go(way, knowing: .nothing) }
    if let link = service.pipeline.link(click, offerID: offerID, query: visit.request.query) {
      go(way, knowing: .link(link))
    } else if let event = service.tail.find(click), event.tenantID == place.tenant.id {
      go(way, knowing: .click(event))
    } else if click.isVersion7 {
      lookUp(click, way)
    } else {
      go(way, knowing: .nothing)
    }
  }

  private func lookUp(_ click: ClickID, _ way: OfferWay) {
    guard let eventLoop = context?.eventLoop else { return }
    let ticket = ticket(for: service.limits.offerPatience) { self.go(way, knowing: .nothing) }
    let handler = NIOLoopBound(self, eventLoop: eventLoop)
    let isTaken = service.lookups.submit { [find = service.surroundings.findClick, tenantID = way.place.tenant.id] in
      // A database that fails is one that knows nothing: the visitor goes on all the same.
      let found = try? await find(click, tenantID)
      eventLoop.execute {
        guard handler.value.isDue(ticket) else { return }
        handler.value.go(way, knowing: found.map { .click($0) } ?? .nothing)
      }
    }
    if !isTaken, isDue(ticket) { go(way, knowing: .nothing) }
  }

  private func go(_ way: OfferWay, knowing knowledge: OfferKnowledge) {
    guard let lane else { return }
    let answer = service.pipeline.offer(
      way.click, offerID: way.offerID, knowing: knowledge, way.visit.request, in: way.place, using: lane.generator)
    if answer.status == 404 {
      service.figures.notFound(.unknownOffer)
      return self.answer(answer)
    }
    service.figures.offerRedirects.increment()
    // Only who is known to have clicked: anybody can make up an address.
    guard let click = way.click, knowledge.isCertain, Uncounted(way.visit.request) == nil else {
      return self.answer(answer)
    }
    append(
      .offerVisit(
        OfferVisitEvent(
          tenantID: way.place.tenant.id, clickID: click, offerID: way.offerID, at: way.visit.request.now)),
      .offerVisit(VisitorAnswer(answer, date: date)))
  }
}

extension OfferKnowledge {
  fileprivate var isCertain: Bool { if case .nothing = self { false } else { true } }
}

/// From a landing to an offer.
private struct OfferWay: Sendable {
  let click: ClickID?
  let offerID: Int64
  let place: Snapshot.Place
  let visit: Visit
}
