"""`motcua smoke`: one dossier of every published procedure, over HTTP."""
