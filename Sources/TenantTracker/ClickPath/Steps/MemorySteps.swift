import Core

extension ClickStep {
  /// All that remembers visitors but the bindings: those are the landing and offer steps'.
  public static func remembering(_ memory: VisitorMemory) -> [ClickStep] {
    [.visitorKeys(memory.keys), .frequencyCap(memory), .uniqueness(memory), .uniquenessInFlow(memory)]
  }

  /// What this visitor is known by.
  static func visitorKeys(_ keys: VisitorKeys) -> ClickStep {
    ClickStep(.visitor) { hit in
      hit.facts.addressKey = keys.address(hit.request.address)
      hit.facts.visitorKey = keys.visitor(hit.request.address, userAgent: hit.request.headers.userAgent)
      return nil
    }
  }

  /// Stops who has been here as often as the campaign's cap allows; a visit stopped here does not count. Leaves
  /// `cap:2/3` for the second of three.
  static func frequencyCap(_ memory: VisitorMemory) -> ClickStep {
    ClickStep(
      .frequencyCap,
      run: { hit in
        guard let cap = hit.campaign.frequencyCap else { return nil }
        let question = hit.question(cap, memory.keys)
        let before = hit.isRehearsal ? memory.wouldPass(question) : memory.pass(question)
        guard let before else { return .frequencyCap }
        hit.note("cap:\(before + 1)/\(cap.limit)")
        return nil
      },
      takeBack: { hit in
        if let cap = hit.campaign.frequencyCap { memory.takeBack(hit.question(cap, memory.keys)) }
      })
  }

  /// Whether the visitor is new to the campaign and to the tenant.
  static func uniqueness(_ memory: VisitorMemory) -> ClickStep {
    ClickStep(
      .uniqueness,
      run: { hit in
        hit.facts.isUnique = hit.isFirst(.firstInCampaign, hit.campaign.id, memory)
        hit.facts.isUniqueGlobally = hit.isFirst(.firstAtAll, 0, memory)
        return nil
      },
      takeBack: { hit in
        hit.takeBackFirst(.firstInCampaign, hit.campaign.id, wasFirst: hit.facts.isUnique, memory)
        hit.takeBackFirst(.firstAtAll, 0, wasFirst: hit.facts.isUniqueGlobally, memory)
        (hit.facts.isUnique, hit.facts.isUniqueGlobally) = (false, false)
      })
  }

  /// Whether the visitor is new to the flow that was chosen.
  static func uniquenessInFlow(_ memory: VisitorMemory) -> ClickStep {
    ClickStep(
      .flow,
      run: { hit in
        if let flow = hit.flow { hit.facts.isUniqueInFlow = hit.isFirst(.firstInFlow, flow.id, memory) }
        return nil
      },
      takeBack: { hit in
        if let flow = hit.flow {
          hit.takeBackFirst(.firstInFlow, flow.id, wasFirst: hit.facts.isUniqueInFlow, memory)
        }
        hit.facts.isUniqueInFlow = false
      })
  }
}

extension Hit {
  /// When it came, as its event says.
  var moment: Int64 { click.timestamp.milliseconds }

  var visitor: RememberedVisitor { RememberedVisitor(facts) }

  fileprivate func question(_ cap: FrequencyCapRecord, _ keys: VisitorKeys) -> VisitorMemory.CapQuestion {
    cap.question(visitor, campaignID: campaign.id, tenantID: tenant.id, click: click, keys)
  }

  fileprivate func isFirst(_ scope: VisitorKeys.Scope, _ id: Int64, _ memory: VisitorMemory) -> Bool {
    let (known, given) = visitor.identity(memory.keys).keys(scope, id, of: tenant.id, memory.keys)
    let hours = tenant.settings.uniquenessHours
    return isRehearsal
      ? memory.wouldBeFirst(known, hours: hours, at: moment)
      : memory.isFirst(known, given: given, hours: hours, at: moment)
  }

  fileprivate func takeBackFirst(_ scope: VisitorKeys.Scope, _ id: Int64, wasFirst: Bool, _ memory: VisitorMemory) {
    let (known, given) = visitor.identity(memory.keys).keys(scope, id, of: tenant.id, memory.keys)
    memory.takeBackFirst(known, given: given, wasFirst: wasFirst, at: moment)
  }
}
