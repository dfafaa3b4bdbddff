#!/bin/sh
# Run once, by the postgres image, on an empty cluster: two roles and the database.
# motcua_owner may change the tables and is used by `motcua migrate` alone. motcua_app serves: it owns nothing and
# row-level security binds it. Passwords come from files and are never arguments, which everybody could read.
set -eu
secrets=${MOTCUA_SECRETS:-/run/secrets}
{
  printf '\\set owner_password `cat %s/owner_password`\n' "$secrets"
  printf '\\set app_password `cat %s/app_password`\n' "$secrets"
  cat <<'SQL'
SET log_statement = 'none';
CREATE ROLE motcua_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE motcua_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE motcua OWNER motcua_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE motcua FROM PUBLIC;
GRANT CONNECT ON DATABASE motcua TO motcua_app;
SQL
} | psql --no-psqlrc --quiet -v ON_ERROR_STOP=1 --username postgres --dbname postgres
