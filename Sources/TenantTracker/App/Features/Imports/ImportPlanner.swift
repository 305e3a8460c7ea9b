import Core
import Database

/// Goes through a file and finds out what it would do here. Nothing is written.
struct ImportPlanner: Sendable {
  /// How a thing of a file is found here.
  enum Match: String, Sendable, CaseIterable {
    /// By slug or name.
    case name
    case id
  }

  let resources: Resources
  let setting: ImportSetting
  let match: Match
  private let flows = FlowImport(store: FlowStore())

  init(resources: Resources, setting: ImportSetting, match: Match) {
    (self.resources, self.setting, self.match) = (resources, setting, match)
  }

  func plan(_ content: ImportContent, revision: Int64) async throws -> ImportPlan {
    var plan = ImportPlan(revision: revision, notes: content.notes)
    var book = try await ReferenceBook(of: setting.scope)
    for type in PortType.allCases {
      var seen = Seen()
      for entry in content.entries where entry.type == type {
        let resolved = entry.resolved(by: book)
        plan.notes += resolved.notes
        guard entry.isReadable else {
          plan.steps.append(ImportStep(resolved))
          continue
        }
        plan.steps.append(try await step(resolved, &book, &seen))
        // A long file is no reason for others to wait.
        if plan.steps.count.isMultiple(of: 100) { await Task.yield() }
      }
    }
    return plan
  }

  /// What the file has said before.
  private struct Seen {
    var keys: [String: ImportPlace] = [:]
    var ids: [Int64: ImportPlace] = [:]
  }

  private func step(
    _ entry: ResolvedEntry, _ book: inout ReferenceBook, _ seen: inout Seen
  ) async throws -> ImportStep {
    if entry.type == .flows { return try await flowStep(entry, &book, &seen) }
    var entry = entry
    let id = target(&entry, &book, &seen)
    var step = try await step(entry, changing: id)
    let known = id ?? book.provisionalID()
    step.id = known
    if let noun = entry.type.reference, let key = entry.key {
      if let other = book.id(noun, called: key), other != known, !ReferenceBook.isProvisional(other) {
        step.refuse(keyField(entry), "taken", "is taken by another \(entry.type.noun)")
      }
      book.note(noun, known, called: key, fileID: entry.fileID)
    } else if let noun = entry.type.reference, let fileID = entry.fileID {
      book.note(noun, known, fileID: fileID)
    }
    return step
  }

  private func step(_ entry: ResolvedEntry, changing id: Int64?) async throws -> ImportStep {
    switch entry.type {
    case .sources: try await ResourceImport(api: resources.sources).step(entry, changing: id, setting)
    case .networks: try await ResourceImport(api: resources.networks).step(entry, changing: id, setting)
    case .offers: try await ResourceImport(api: resources.offers).step(entry, changing: id, setting)
    case .landings: try await ResourceImport(api: resources.landings).step(entry, changing: id, setting)
    case .campaigns: try await ResourceImport(api: resources.campaigns).step(entry, changing: id, setting)
    case .flows: throw Problem.internalError()
    }
  }

  private func keyField(_ entry: ResolvedEntry) -> String { entry.type == .campaigns ? "slug" : "name" }

  /// The id of what the entry changes; nil for a new one. What is said twice is refused.
  private func target(_ entry: inout ResolvedEntry, _ book: inout ReferenceBook, _ seen: inout Seen) -> Int64? {
    guard let noun = entry.type.reference else { return nil }
    if let key = entry.key, let first = seen.keys.updateValue(entry.place, forKey: key) {
      entry.refuse(keyField(entry), "duplicate", "is given twice: \(first.words.lowercased()) has it too")
    }
    guard match == .id, let id = entry.fileID else {
      return match == .id ? nil : entry.key.flatMap { book.id(noun, called: $0) }.flatMap(Self.real)
    }
    claim(id, &entry, &seen)
    guard book.has(noun, id) else {
      entry.refuse("id", "unknown", "names no \(entry.type.noun): there is none with the id \(id) here")
      return nil
    }
    return id
  }

  private func claim(_ id: Int64, _ entry: inout ResolvedEntry, _ seen: inout Seen) {
    guard let first = seen.ids.updateValue(entry.place, forKey: id) else { return }
    entry.refuse("id", "duplicate", "is given twice: \(first.words.lowercased()) has it too")
  }

  private static func real(_ id: Int64) -> Int64? { ReferenceBook.isProvisional(id) ? nil : id }

  // Flows

  private func flowStep(
    _ entry: ResolvedEntry, _ book: inout ReferenceBook, _ seen: inout Seen
  ) async throws -> ImportStep {
    var entry = entry
    let campaignID = entry.object["campaign_id"]?.intValue
    if campaignID == nil, !entry.faults.contains(where: { $0.field.hasPrefix("campaign") }) {
      entry.refuse("campaign", "required", "is required: the slug of the flow's campaign, or campaign_id")
    }
    let id = flowTarget(&entry, campaignID, book, &seen)
    var step = try await flows.step(entry, changing: id, campaign: campaignID ?? 0, setting)
    if step.action == .create, let campaignID {
      if book.flowCount(campaignID) >= FlowsAPI.limit {
        step.refuse("campaign", "limit", "has \(FlowsAPI.limit) flows already, which is as many as it may have")
      }
      book.noteFlow(campaignID)
      step.id = book.provisionalID()
    }
    return step
  }

  private func flowTarget(
    _ entry: inout ResolvedEntry, _ campaignID: Int64?, _ book: ReferenceBook, _ seen: inout Seen
  ) -> Int64? {
    if match == .id {
      guard let id = entry.fileID else { return nil }
      claim(id, &entry, &seen)
      guard book.hasFlow(id) else {
        entry.refuse("id", "unknown", "names no flow: there is none with the id \(id) here")
        return nil
      }
      return id
    }
    guard let campaignID, let name = entry.key else { return nil }
    let known = book.flows(FlowKey(campaignID: campaignID, name: name))
    guard known.count < 2 else {
      entry.refuse(
        "name", "ambiguous", "is the name of \(known.count) flows of that campaign: import with match=id instead")
      return nil
    }
    guard let id = known.first else { return nil }
    if let first = seen.ids.updateValue(entry.place, forKey: id) {
      entry.refuse(
        "name", "ambiguous", "names the same flow as \(first.words.lowercased()): import with match=id instead")
    }
    return id
  }
}

extension ResolvedEntry {
  fileprivate mutating func refuse(_ field: String, _ code: String, _ message: String) {
    faults.append(.init(field: field, code: code, message: message))
  }
}

extension ImportStep {
  fileprivate mutating func refuse(_ field: String, _ code: String, _ message: String) {
    faults.append(.init(field: field, code: code, message: message))
    action = .refused
    write = nil
  }
}
