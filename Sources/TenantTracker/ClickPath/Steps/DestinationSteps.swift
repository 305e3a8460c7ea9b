import Core

extension ClickStep {
  /// A landing of the flow, by weight. A flow without landings leads straight to the offer.
  public static let landing = ClickStep(.landing) { hit in
    guard let entry = hit.flow?.landings.draw(hit.generator) else { return nil }
    hit.landing = entry.item
    hit.note(entry.reason)
    return nil
  }

  /// An offer of the flow, by weight, or else the campaign's own. A landing may do without.
  public static let offer = ClickStep(.offer) { hit in
    if let entry = hit.flow?.offers.draw(hit.generator) {
      hit.offer = entry.item
      hit.note(entry.reason)
    } else if let offer = hit.campaign.defaultOffer {
      hit.offer = offer
      hit.note("offer:\(offer.id) campaign")
    }
    return hit.landing == nil && hit.offer == nil ? .noDestination : nil
  }
}
