-- KEYS: one that is not touched.
return 'OK'
