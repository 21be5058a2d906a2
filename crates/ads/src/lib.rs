//! Campaigns that pay to be seen: creatives, surfaces, pacing, choosing, measuring.
