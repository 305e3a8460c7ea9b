import Core

extension ClickStep {
  /// A landing of the flow: the one that the visitor is bound to, else by weight. A flow without landings leads straight
  /// to the offer.
  /// - Parameter memory: Nil where nobody is bound.
  public static func landing(_ memory: VisitorMemory?) -> ClickStep {
    ClickStep(
      .landing,
      run: { hit in
        guard let flow = hit.flow else { return nil }
        let choice = Choice(
          table: flow.landings, memory: flow.binding.keepsLanding ? memory : nil, scope: .boundLanding)
        hit.landing = choice.make(hit, of: flow) { _ in true }
        return nil
      }, takeBack: { hit in if hit.flow?.binding.keepsLanding == true { hit.takeBackBinding(.boundLanding, memory) } })
  }

  /// An offer of the flow, bound or by weight, or else the campaign's own; those over their cap give way to the others.
  /// A landing may do without.
  public static func offer(_ memory: VisitorMemory?, _ caps: OfferCaps?) -> ClickStep {
    ClickStep(
      .offer,
      run: { hit in
        let (tenant, now) = (hit.tenant, hit.request.now)
        let isOpen = { (offer: Snapshot.Offer) in !(caps?.isCapped(offer, of: tenant, at: now) ?? false) }
        if let flow = hit.flow {
          let choice = Choice(table: flow.offers, memory: flow.binding.keepsOffer ? memory : nil, scope: .boundOffer)
          hit.offer = choice.make(hit, of: flow, isOpen)
        }
        if hit.offer == nil, let offer = hit.campaign.defaultOffer {
          hit.offer = isOpen(offer) ? offer : nil
          hit.note("offer:\(offer.id) \(hit.offer == nil ? "capped" : "campaign")")
        }
        return hit.landing == nil && hit.offer == nil ? .noDestination : nil
      }, takeBack: { hit in if hit.flow?.binding.keepsOffer == true { hit.takeBackBinding(.boundOffer, memory) } })
  }
}

/// Which landing or offer of a flow a visitor gets.
private struct Choice<Item: FlowItem> {
  let table: WeightTable<Item>
  /// Nil for a flow that binds nobody.
  let memory: VisitorMemory?
  let scope: VisitorKeys.Scope

  func make(_ hit: Hit, of flow: Snapshot.Flow, _ isOpen: (Item) -> Bool) -> Item? {
    guard let memory else { return draw(hit, isOpen) }
    let (known, given) = hit.bindingKeys(scope, flow, memory)
    let binding = memory.binding(known, at: hit.moment)
    if let binding, let item = item(of: binding, hit, isOpen) {
      if !hit.isRehearsal, let given { memory.share(binding, with: given) }
      return item
    }
    let drawn = draw(hit, isOpen)
    guard let drawn, !hit.isRehearsal else { return drawn }
    let holding = memory.bind(known, to: drawn.id, previous: binding?.value.id, at: hit.moment)
    if let given { memory.share(holding, with: given) }
    // Another visit of the same visitor may have been quicker.
    return holding.value.id == drawn.id ? drawn : item(of: holding, hit, isOpen) ?? drawn
  }

  /// What the visitor is bound to, while it can be drawn.
  private func item(of binding: MemoryEntry<MemoryItem>, _ hit: Hit, _ isOpen: (Item) -> Bool) -> Item? {
    guard let entry = table.entry(binding.value.id), isOpen(entry.item) else { return nil }
    hit.note("\(entry.name) bound")
    return entry.item
  }

  private func draw(_ hit: Hit, _ isOpen: (Item) -> Bool) -> Item? {
    guard let draw = table.draw(hit.generator, where: isOpen) else {
      for entry in table.entries { hit.note("\(entry.name) capped") }
      return nil
    }
    if let closed = draw.insteadOf { hit.note("\(closed.name) capped -> \(draw.entry.item.id)") }
    hit.note(draw.entry.reason)
    return draw.entry.item
  }
}

extension Hit {
  fileprivate func bindingKeys(
    _ scope: VisitorKeys.Scope, _ flow: Snapshot.Flow, _ memory: VisitorMemory
  ) -> (known: UInt64, given: UInt64?) {
    visitor.identity(memory.keys).keys(scope, flow.id, of: tenant.id, memory.keys)
  }

  fileprivate func takeBackBinding(_ scope: VisitorKeys.Scope, _ memory: VisitorMemory?) {
    guard let memory, let flow else { return }
    let (known, given) = bindingKeys(scope, flow, memory)
    memory.takeBackBinding(known, given: given, at: moment)
  }
}
