extension PostbackOutcome {
  public init(_ recording: Recording) {
    self =
      switch recording {
      case .created(let id): .recorded(id)
      case .updated(let id): .updated(id)
      case .repeated(let id): .repeated(id)
      case .moveRefused(let id): .moveRefused(id)
      }
  }
}
