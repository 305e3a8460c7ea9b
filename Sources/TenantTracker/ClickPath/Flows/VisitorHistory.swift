/// Whether somebody has been here before. The raw value is a `visitor` filter's.
public enum VisitorHistory: String, Hashable, Sendable, CaseIterable {
  case new, returning
}

extension ClickFacts {
  /// Who brought our cookie, or was here within the uniqueness window, returns. Where no visitor memory has run (its
  /// keys are zero), only the cookie tells.
  var history: VisitorHistory {
    let isKnown = addressKey != 0 && !isUniqueGlobally
    return hadCookie || isKnown ? .returning : .new
  }
}
