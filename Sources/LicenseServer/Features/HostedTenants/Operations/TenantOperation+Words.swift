extension TenantOperation.Step {
  /// For people.
  var title: String {
    switch self {
    case .place: "Choose a tracker"
    case .check: "Ask whether the slug is free there"
    case .create: "Make the tenant"
    case .welcome: "Hand it over"
    case .suspend, .freeze: "Close the dashboard"
    case .resume, .reopen: "Open the dashboard"
    case .export: "Make an archive"
    case .retire: "Close the former place"
    case .purge: "Drop its data"
    case .reserve: "Ask whether the new tracker takes it"
    case .transfer: "Carry the archive over"
    case .readIn: "Read it in at the new tracker"
    case .license: "Bind the licence there"
    case .switchOver: "Switch over"
    case .settle: "Open the new place"
    case .clean, .sweep: "Remove what was in between"
    case .remove: "Remove what was made"
    }
  }
}
