"""The steps, oldest first by their `down_revision`; a step that was released is never changed."""
