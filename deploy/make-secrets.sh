#!/bin/sh
# Makes what the office must keep to itself, each in a file of its own. Files that are there are left alone.
# The folder is closed to others; the files are readable inside their containers, which run under other numbers.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"

keep() { # name, value: written whole or not at all
  [ -e "$folder/$1" ] && return
  printf '%s' "$2" > "$folder/$1.half-written"
  chmod 444 "$folder/$1.half-written"
  mv "$folder/$1.half-written" "$folder/$1"
}
random() { head -c 36 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n='; }

keep superuser_password "$(random)"
keep owner_password "$(random)"
keep app_password "$(random)"
keep owner_database_url "postgresql://motcua_owner:$(cat "$folder/owner_password")@postgres:5432/motcua"
keep database_url "postgresql://motcua_app:$(cat "$folder/app_password")@postgres:5432/motcua"
# For several processes behind PgBouncer (deploy/several.yml): the same role by way of the pooler, and the pooler's list.
keep pooled_database_url "postgresql://motcua_app:$(cat "$folder/app_password")@pooler:6432/motcua"
keep pooler_users "\"motcua_app\" \"$(cat "$folder/app_password")\""
keep secret_key "$(random)"
keep store_access_key "office$(head -c 6 /dev/urandom | od -An -tx1 | tr -d ' \n')"
keep store_secret_key "$(random)"
keep oidc_client_secret "$(random)"
keep identity_password "$(random)"
for system in sms payment post population; do keep "${system}_secret" "$(random)"; done
echo "Secrets are in $folder. Keep a copy where a fire does not reach; never commit them."
